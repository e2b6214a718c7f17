// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/files/byte_source.hpp"
#include "dlt/cancellation.hpp"

namespace dlt::cli {

/// Standard input, unpacked. Waiting for more of it ends, with kInterrupted, when `cancellation` is
/// requested.
std::unique_ptr<ByteSource> standard_input(const CancellationToken& cancellation);

/// Whether a source can be read only once, from its start to its end: standard input, a pipe, a
/// device.
bool is_stream(const std::string& source);

}  // namespace dlt::cli
