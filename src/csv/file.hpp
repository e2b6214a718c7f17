// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "arrow/batch_source.hpp"

namespace dlt::csv {

/// Reads a CSV file, plain or packed by gzip or zstd, which errors call `name`. A column's type is
/// what all of its values have in common, none losing anything by it (types.hpp), else text: the
/// file is read twice. An empty field is a null, `""` is a null only where the column is no text. A
/// blank line is no row, but in a file of one column. Throws kBadRecord with file and line for what
/// is no CSV, or no UTF-8; kIo when the file changed.
std::unique_ptr<arrow::BatchSource> read_file(const std::filesystem::path& file, std::string name,
                                              const CsvOptions& csv,
                                              const arrow::RowReading& reading);

}  // namespace dlt::csv
