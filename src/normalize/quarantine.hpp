// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/files/file.hpp"
#include "dlt/error.hpp"

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
  /// Makes everything durable.
  void finish();
  /// By table.
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  struct Raw {
    std::string name;
    File file;
  };

  Raw& raw_of(const std::string& table, bool is_line);

  std::filesystem::path folder_;
  std::optional<File> index_;
  std::map<std::pair<std::string, bool>, Raw> raw_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace dlt::normalize
