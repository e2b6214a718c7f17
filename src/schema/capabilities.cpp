// SPDX-License-Identifier: Apache-2.0
#include "schema/capabilities.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dlt/error.hpp"

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

void Capabilities::prefer(std::string_view replace_strategy) {
  const auto strategy = parse_replace_strategy(replace_strategy);
  const auto found =
      strategy ? std::ranges::find(replace_strategies, *strategy) : replace_strategies.end();
  if (found == replace_strategies.end()) {
    std::vector<std::string_view> names;
    for (const ReplaceStrategy known : replace_strategies) names.push_back(to_string(known));
    throw Error(ErrorCode::kConfiguration,
                fmt::format("the destination does not have the replace strategy '{}': it has {}",
                            replace_strategy, fmt::join(names, ", ")));
  }
  std::rotate(replace_strategies.begin(), found, std::next(found));
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
