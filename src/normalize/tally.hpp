// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dlt/schema.hpp"

namespace dlt::normalize {

/// What happened to values on their way into tables; added up over blocks.
struct Tally {
  using PerColumn = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  std::uint64_t records = 0;
  std::uint64_t duplicate_keys = 0;
  /// By (table, column).
  PerColumn cut_fractions = {};
  PerColumn discarded_values = {};
  /// By (table, column), in how many blocks a column without type was met with null.
  PerColumn null_only = {};
  /// By table; rows nested in a discarded row are not counted.
  std::map<std::string, std::uint64_t> discarded_rows = {};
  /// By (table, source path of a key that does not own its name, the name that it got).
  std::map<std::array<std::string, 3>, std::uint64_t> renamed = {};

  void add(const Tally& other);
};

/// The tally in words, a line each. `schema`: as it is after the package.
std::vector<std::string> describe(const Tally& tally, const Schema& schema);

}  // namespace dlt::normalize
