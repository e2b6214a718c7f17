// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace dlt {

/// Where working folders are when nothing is said: `<data folder>/pipelines`. The data folder is DLT_DATA_DIR, else `/var/dlt` for
/// root, `<tmp>/dlt` without a home that can be written, `$XDG_DATA_HOME/dlt` when that is set and `~/.dlt` is not there, else `~/.dlt`.
/// Rule: dlt 1.26, dlt/common/runtime/run_context.py.
std::filesystem::path default_pipelines_dir();

}  // namespace dlt
