// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "arrow/batch_source.hpp"
#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "dlt/json.hpp"

namespace dlt::normalize {

/// Whether the record itself is what cannot be loaded, so that the others can be without it.
bool is_about_record(const Error& error);

/// Records that cannot be loaded, set aside in the folder `quarantine` of their package
/// (docs/formats/package.md).
class Quarantine {
 public:
  explicit Quarantine(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// `raw`: the record as it came; rows as JSON. Not said: it is too large to be kept.
  void add(const std::string& resource, const std::string& table,
           std::optional<std::string_view> raw, const Error& why);
  void add(const std::string& resource, const std::string& table, const arrow::BadRow& row);
  /// Makes everything durable.
  void finish();
  /// By table.
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

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

  std::filesystem::path folder_;
  std::optional<File> index_;
  /// By resource, table, ending and first lines.
  std::map<std::tuple<std::string, std::string, std::string, std::string>, RawFile> raw_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace dlt::normalize
