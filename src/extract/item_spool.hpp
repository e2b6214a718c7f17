// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/files/file.hpp"
#include "dlt/json.hpp"

namespace dlt {

/// Writes what a resource yields to one file of the package: a JSON value a line, or JSON text as
/// it came.
class ItemSpool {
 public:
  explicit ItemSpool(std::filesystem::path path);

  void add(const Json& item);
  void add_text(std::string_view json);
  void add_bytes(std::string_view part);
  std::uint64_t bytes() const { return bytes_ + buffer_.size(); }
  /// Makes the file durable. Returns its size; 0 when nothing was added, and then there is no file.
  std::uint64_t finish();

 private:
  void flush();

  std::filesystem::path path_;
  std::optional<File> file_;
  std::string buffer_;
  std::uint64_t bytes_ = 0;
};

}  // namespace dlt
