// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dlt/error.hpp"
#include "dlt/json.hpp"

namespace dlt {

/// Remembers which records of files were set aside: a file that grew is read again, and its cursor
/// tells nothing of records that have none.
class AsideMemory {
 public:
  /// Of more of them those that came first are set aside once more when their file grows.
  static constexpr std::size_t kMost = 10'000;

  AsideMemory() = default;
  /// `entry`: what `entry` gave before.
  explicit AsideMemory(const Json& entry);

  /// Whether the record is to be set aside: it was not when the file was read before. `why` has its
  /// place. Of two in one run both are.
  bool add(std::string_view raw, const Error& why);
  bool empty() const { return digests_.empty(); }
  Json entry() const;

 private:
  /// Those of runs before first.
  std::vector<std::string> digests_;
  std::set<std::string> before_;
};

}  // namespace dlt
