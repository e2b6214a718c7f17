// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

#include <dlt/error.hpp>
#include <dlt/naming.hpp>
#include <fmt/core.h>

#include "core/hash/digest.hpp"
#include "core/text/unicode.hpp"
#include "core/text/utf8.hpp"
#include "schema/naming_conventions.hpp"

namespace dlt {
namespace {

constexpr std::size_t kTagBytes = 4;
constexpr int kTagLength = 6;

void append_part(std::string& path, std::string_view separator, std::string_view part) {
  if (is_blank(part)) return;
  if (!path.empty()) path += separator;
  path += part;
}

template <typename Normalize>
std::string normalize_parts(const NamingConvention& naming, std::string_view path,
                            Normalize normalize) {
  std::string normalized;
  for (const std::string& part : naming.break_path(path)) {
    append_part(normalized, naming.path_separator(), normalize(part));
  }
  return normalized;
}

}  // namespace

NamingConvention::NamingConvention(NameLimit limit) : limit_(limit) {
  for (const std::optional<int>& most : {limit.length, limit.bytes}) {
    if (!most || *most >= kTagLength) continue;
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("max_length is too small for a naming convention: at least {}, got {}",
                            kTagLength, *most));
  }
}

std::string NamingConvention::normalize_identifier(std::string_view identifier) const {
  const std::string_view stripped = strip(identifier);
  if (stripped.empty()) {
    throw Error(ErrorCode::kSchema, fmt::format("identifier is blank: '{}'", identifier));
  }
  return shorten(convert(stripped), stripped);
}

std::string NamingConvention::normalize_table_identifier(std::string_view identifier) const {
  return normalize_identifier(identifier);
}

std::string NamingConvention::normalize_path(std::string_view path) const {
  return shorten(
      normalize_parts(*this, path,
                      [this](std::string_view part) { return normalize_identifier(part); }),
      path);
}

std::string NamingConvention::normalize_tables_path(std::string_view path) const {
  return shorten(
      normalize_parts(*this, path,
                      [this](std::string_view part) { return normalize_table_identifier(part); }),
      path);
}

std::string NamingConvention::shorten_fragments(std::span<const std::string_view> parts) const {
  std::string path = make_path(parts);
  const std::string original = path;
  return shorten(std::move(path), original);
}

std::string NamingConvention::make_path(std::span<const std::string_view> parts) const {
  std::string path;
  for (const std::string_view part : parts) append_part(path, path_separator(), part);
  return path;
}

std::vector<std::string> NamingConvention::break_path(std::string_view path) const {
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    const std::size_t end = path.find(path_separator());
    more = end != std::string_view::npos;
    if (const std::string_view part = path.substr(0, end); !is_blank(part))
      parts.emplace_back(part);
    if (more) path.remove_prefix(end + path_separator().size());
  }
  return parts;
}

std::string NamingConvention::compute_tag(std::string_view identifier) {
  std::string tag = digest128(identifier, kTagBytes);
  for (char& c : tag) c = c == '/' ? 'a' : c == '+' ? 'b' : to_ascii_lower(c);
  return tag;
}

std::string NamingConvention::shorten(std::string normalized, std::string_view original) const {
  // No text has more code points than bytes: most names are done here.
  const auto most = [](const std::optional<int>& limit) {
    return limit ? static_cast<std::size_t>(*limit) : std::string::npos;
  };
  const std::size_t max_length = most(limit_.length);
  const std::size_t max_bytes = most(limit_.bytes);
  if (normalized.size() <= std::min(max_length, max_bytes)) return normalized;
  const std::size_t length = count_code_points(normalized);
  std::size_t head = normalized.size();
  std::size_t tail = 0;
  const auto cut = [&normalized, &original](std::size_t from, std::size_t to) {
    return std::string(normalized).replace(from, to - from, compute_tag(original));
  };
  if (limit_.length) {
    const std::size_t kept = max_length - kTagLength;
    head = code_point_offset(normalized, kept / 2 + kept % 2);
    tail = code_point_offset(normalized, length - std::min(length, kept / 2));
    if (length > max_length) {
      std::string shortened = cut(head, tail);
      if (shortened.size() <= max_bytes) return shortened;
    }
  }
  if (normalized.size() <= max_bytes) return normalized;
  // By bytes, not within a code point, and no more code points than that.
  const std::size_t kept = max_bytes - kTagLength;
  std::size_t head_byte = kept / 2 + kept % 2;
  std::size_t tail_byte = normalized.size() - kept / 2;
  const auto is_within = [&normalized](std::size_t at) {
    return at < normalized.size() && (static_cast<unsigned char>(normalized[at]) & 0xC0U) == 0x80U;
  };
  while (is_within(head_byte)) --head_byte;
  while (is_within(tail_byte)) ++tail_byte;
  return cut(std::min(head, head_byte), std::max(tail, tail_byte));
}

namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, NamingFactory, std::less<>> factories;
};

Registry& registry() {
  static Registry registry;
  return registry;
}

// What an import path of one of dlt's own modules, or of the class in it, ends in; else `name`
// itself.
std::string_view without_import_path(std::string_view name) {
  // A module of old versions, which schemas may still name.
  if (name == "dlt.common.normalizers.names.snake_case") return "snake_case";
  constexpr std::string_view kModules = "dlt.common.normalizers.naming.";
  constexpr std::string_view kClass = ".NamingConvention";
  if (!name.starts_with(kModules)) return name;
  name.remove_prefix(kModules.size());
  if (name.ends_with(kClass)) name.remove_suffix(kClass.size());
  return name;
}

NamingFactory find_built_in(std::string_view name) {
  name = without_import_path(name);
  for (const BuiltInNaming& naming : built_in_namings()) {
    if (naming.name == name) return naming.make;
  }
  return nullptr;
}

NamingFactory find_naming(std::string_view name) {
  if (const NamingFactory factory = find_built_in(name)) return factory;
  const std::lock_guard lock(registry().mutex);
  const auto& factories = registry().factories;
  const auto found = factories.find(name);
  return found == factories.end() ? nullptr : found->second;
}

std::string known_names() {
  std::string names;
  for (const BuiltInNaming& naming : built_in_namings()) {
    if (!names.empty()) names += ", ";
    names += naming.name;
  }
  const std::lock_guard lock(registry().mutex);
  for (const auto& [name, factory] : registry().factories) names += ", " + name;
  return names;
}

}  // namespace

std::shared_ptr<const NamingConvention> make_naming(std::string_view name, NameLimit limit) {
  const NamingFactory factory = find_naming(name);
  if (factory == nullptr) {
    throw Error(ErrorCode::kSchema, fmt::format("naming convention is not known: '{}'", name),
                fmt::format("known are {}; others must be made known with dlt::register_naming",
                            known_names()));
  }
  return factory(limit);
}

void register_naming(std::string name, NamingFactory factory) {
  if (is_blank(name) || factory == nullptr) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a naming convention needs a name and a factory: name '{}'", name));
  }
  const std::lock_guard lock(registry().mutex);
  auto& factories = registry().factories;
  const auto found = factories.find(name);
  const bool is_taken = found != factories.end() && found->second != factory;
  if (is_taken || find_built_in(name) != nullptr) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("naming convention exists already: '{}'", name),
                "register it under another name");
  }
  factories.emplace(std::move(name), factory);
}

}  // namespace dlt
