// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "arrow/batch_source.hpp"

namespace dlt::engine {

/// Reads a Parquet file, which errors call `name`. Throws kBadRecord for what is no Parquet, kIo
/// when the file changed.
std::unique_ptr<arrow::BatchSource> read_parquet(const std::filesystem::path& file,
                                                 std::string name,
                                                 const arrow::RowReading& reading);

}  // namespace dlt::engine
