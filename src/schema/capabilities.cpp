// SPDX-License-Identifier: Apache-2.0
#include "schema/capabilities.hpp"

#include <algorithm>
#include <array>

namespace dlt {
namespace {

constexpr std::array<std::string_view, 3> kReplaceStrategies = {
    "truncate-and-insert", "insert-from-staging", "staging-optimized"};

}  // namespace

std::string_view to_string(ReplaceStrategy strategy) {
  return kReplaceStrategies[static_cast<std::size_t>(strategy)];
}

std::optional<ReplaceStrategy> parse_replace_strategy(std::string_view name) {
  const auto found = std::ranges::find(kReplaceStrategies, name);
  if (found == kReplaceStrategies.end()) return {};
  return static_cast<ReplaceStrategy>(found - kReplaceStrategies.begin());
}

std::string Capabilities::fold(std::string_view name) const {
  std::string folded(name);
  if (has_case_sensitive_identifiers) return folded;
  std::ranges::transform(folded, folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return folded;
}

}  // namespace dlt
