// SPDX-License-Identifier: Apache-2.0
#include "extract/aside_memory.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/hash/content_hash.hpp"

namespace dlt {

AsideMemory::AsideMemory(const Json& entry) {
  if (!entry.is_array()) return;
  for (const Json& digest : entry) {
    if (digest.is_string()) digests_.push_back(digest.get<std::string>());
  }
  before_.insert(digests_.begin(), digests_.end());
}

bool AsideMemory::add(std::string_view raw, const Error& why) {
  const ErrorContext& place = why.context();
  ContentHash hash;
  hash.add(fmt::format("{} {} {} ", place.file, place.line, place.row));
  hash.add(raw);
  std::string digest = hash.hex();
  if (before_.contains(digest)) return false;
  digests_.push_back(std::move(digest));
  return true;
}

Json AsideMemory::entry() const {
  const std::size_t left_out = digests_.size() - std::min(digests_.size(), kMost);
  return std::vector<std::string>(digests_.begin() + static_cast<std::ptrdiff_t>(left_out),
                                  digests_.end());
}

}  // namespace dlt
