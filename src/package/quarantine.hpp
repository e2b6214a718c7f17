// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "arrow/batch_source.hpp"
#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "dlt/json.hpp"

namespace dlt {

/// In a package's folder: records that were set aside.
inline constexpr const char* kQuarantineFolder = "quarantine";
/// In there, one entry a line: why, and in which file the record is.
inline constexpr const char* kQuarantineIndex = "index.jsonl";

/// Whether the record itself is what cannot be loaded, so that the others can be without it.
bool is_about_record(const Error& error);

/// The entries of a package's quarantine, none where it has none: {"resource", "table", "code",
/// "message", "hint", "file", "line", "byte", "row", "column", "raw", "csv"}; "raw" is the path of
/// the file that has the record, null where the record was not kept; "csv" is how it is written,
/// {"delimiter", "quote"}, null where it is JSON. Throws kState for an index that cannot be read.
std::vector<Json> read_quarantine(const std::filesystem::path& package);

/// Records that cannot be loaded, set aside in the folder of their package
/// (docs/formats/package.md). Nothing is made before there is one. Throws kIo.
class Quarantine {
 public:
  explicit Quarantine(const std::filesystem::path& package)
      : folder_(package / kQuarantineFolder) {}

  /// Begins with a copy of what another package has.
  void take_over(const std::filesystem::path& package);
  /// `raw`: the record as it came; rows as JSON. Not said: it cannot be kept.
  void add(const std::string& resource, const std::string& table,
           std::optional<std::string_view> raw, const Error& why);
  void add(const std::string& resource, const std::string& table, const arrow::BadRow& row);
  /// Makes everything durable.
  void finish();
  /// By table.
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  /// What its records and entries take of the disk.
  std::uint64_t bytes() const { return bytes_; }

 private:
  /// Records that are written alike.
  struct RawFile {
    std::string name;
    File file;
  };

  /// Writes the record to the file of those with this ending and first lines. Returns the file's
  /// name.
  std::string write(const std::string& resource, const std::string& table, const char* ending,
                    std::string_view head, std::string_view record);
  void add_entry(const std::string& resource, const std::string& table, Json raw, Json csv,
                 const Error& why);
  void add_line(const Json& entry);

  std::filesystem::path folder_;
  std::optional<File> index_;
  /// By resource, table, ending and first lines.
  std::map<std::tuple<std::string, std::string, std::string, std::string>, RawFile> raw_;
  /// Of the files that were taken over.
  std::size_t taken_over_ = 0;
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t bytes_ = 0;
};

}  // namespace dlt
