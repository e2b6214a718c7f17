// SPDX-License-Identifier: Apache-2.0
#include "conformance/known_differences.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dlt::conformance {
namespace {

constexpr const char* kFile = "differences.json";

}  // namespace

KnownDifferences::KnownDifferences(const std::filesystem::path& folder) {
  std::ifstream file(folder / kFile, std::ios::binary);
  if (!file) return;
  has_list_ = true;
  const Json list = Json::parse(file);
  for (const auto& [name, reason] : list.items()) {
    reasons_[name] = reason.get<std::string>();
    if (reasons_[name].empty())
      throw std::runtime_error(fmt::format("{}: '{}' has no reason", kFile, name));
  }
}

std::string KnownDifferences::reason(const std::string& name) const {
  const auto found = reasons_.find(name);
  return found == reasons_.end() ? "" : found->second;
}

void KnownDifferences::check(const std::string& name, const std::filesystem::path& own,
                             const Differences& from_recorded, Differences& found) const {
  if (!has_list_) return;
  const bool is_listed = reasons_.contains(name);
  const bool has_own = std::filesystem::exists(own);
  if (has_own && !is_listed)
    found.add(fmt::format("{} is not listed in {}", own.filename().string(), kFile));
  if (!is_listed) return;
  if (!has_own) found.add(fmt::format("listed in {}, but there is no {}", kFile, own.string()));
  if (from_recorded.lines().empty())
    found.add(fmt::format("listed in {}, but it does what was recorded", kFile));
}

void KnownDifferences::check_names(const std::filesystem::path& folder, Differences& found) const {
  for (const auto& [name, reason] : reasons_) {
    if (!std::filesystem::exists(folder / name / "expected.json"))
      found.add(fmt::format("{}: there is no case '{}'", kFile, name));
  }
}

}  // namespace dlt::conformance
