// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "dlt/json.hpp"

namespace dlt {

/// The value under a key, or null when `object` is none or has no such key.
inline const Json* find_property(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  for (const auto& entry : object.get_ref<const Json::object_t&>()) {
    if (entry.first == key) return &entry.second;
  }
  return nullptr;
}

/// Puts a key that is not there yet at the end, without looking for it: wide objects would take
/// quadratic time.
inline void append_property(Json& object, std::string key, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(std::move(key), std::move(value));
}

/// Equality in which the order of keys does not count.
inline bool same_content(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    if (a.size() != b.size()) return false;
    const auto& entries = a.get_ref<const Json::object_t&>();
    return std::all_of(entries.begin(), entries.end(), [&b](const auto& entry) {
      const Json* other = find_property(b, entry.first);
      return other != nullptr && same_content(entry.second, *other);
    });
  }
  if (a.is_array() && b.is_array()) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_content);
  }
  return a == b;
}

}  // namespace dlt
