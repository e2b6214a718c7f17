// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "arrow/batch_source.hpp"
#include "dlt/cancellation.hpp"
#include "dlt/resource.hpp"
#include "engine/csv_rejects.hpp"

namespace dlt::engine {

/// What reading rows may take.
struct RowReading {
  /// 0: as many as there are cores. What is read does not depend on it.
  int threads = 0;
  std::size_t memory_bytes = std::size_t{128} << 20;
  /// Of a line of CSV.
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// What does not fit into the memory goes here.
  std::filesystem::path temp_directory = {};
  CancellationToken cancellation = {};
  /// Gets the lines of CSV that are no rows, after the last row. Empty: they are errors.
  BadCsvLines bad_lines = {};
};

/// Reads a Parquet file, which errors call `name`. Errors as of `read_csv`.
std::unique_ptr<arrow::BatchSource> read_parquet(const std::filesystem::path& file,
                                                 std::string name, const RowReading& reading);

/// Reads a CSV file, plain or packed by gzip or zstd. A column's type is what all of its values
/// have in common, none losing anything by it: bigint and double where their text is that of a
/// number ("007" is none), bool (true and false), dates and timestamps in ISO form, else text. An
/// empty field is a null, `""` is a null only where the column is no text. Throws kBadRecord with
/// file and line for what is no CSV, or no UTF-8; kIo when the file changed.
std::unique_ptr<arrow::BatchSource> read_csv(const std::filesystem::path& file,
                                             const std::string& name, const CsvOptions& csv,
                                             const RowReading& reading);

}  // namespace dlt::engine
