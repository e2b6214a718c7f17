// SPDX-License-Identifier: Apache-2.0
#include "arrow/type_document.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include <nlohmann/json.hpp>

namespace dlt::arrow {
namespace {

// Whoever walks over values goes down by recursion.
constexpr int kMostLevels = 1'000;

bool is_width_of(TypeKind kind, int width) {
  const auto one_of = [width](std::initializer_list<int> widths) {
    return std::ranges::find(widths, width) != widths.end();
  };
  switch (kind) {
    case TypeKind::kInteger:
    case TypeKind::kUnsigned:
      return one_of({1, 2, 4, 8});
    case TypeKind::kFloat:
      return one_of({2, 4, 8});
    case TypeKind::kDecimal:
      return one_of({4, 8, 16, 32});
    case TypeKind::kText:
    case TypeKind::kBinary:
    case TypeKind::kList:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return one_of({4, 8});
    case TypeKind::kTimestamp:
      return width == 8;
    case TypeKind::kFixedBinary:
    case TypeKind::kFixedList:
      return width >= 0;
    case TypeKind::kTextView:
    case TypeKind::kBinaryView:
      return false;
    default:
      return width == 0;
  }
}

bool has_fitting_children(const Type& type) {
  switch (type.kind) {
    case TypeKind::kStruct:
      return true;
    case TypeKind::kList:
    case TypeKind::kFixedList:
      return type.children.size() == 1;
    case TypeKind::kDictionary:
      return type.children.size() == 2 && (type.children.back().kind == TypeKind::kInteger ||
                                           type.children.back().kind == TypeKind::kUnsigned);
    default:
      return type.children.empty();
  }
}

bool is_possible(const Type& type) {
  constexpr std::array<std::int64_t, 4> kUnits = {1, 1'000, 1'000'000, 1'000'000'000};
  return is_width_of(type.kind, type.width) && type.scale >= -kMostScale &&
         type.scale <= kMostScale && std::ranges::find(kUnits, type.unit) != kUnits.end() &&
         has_fitting_children(type);
}

std::optional<Type> read(const Json& document, int levels) {
  const int kind = document.at("kind").get<int>();
  if (kind < 0 || kind > static_cast<int>(TypeKind::kDictionary) || levels == 0) return {};
  Type type{.name = document.at("name").get<std::string>(),
            .kind = static_cast<TypeKind>(kind),
            .width = document.at("width").get<int>(),
            .precision = document.at("precision").get<int>(),
            .scale = document.at("scale").get<int>(),
            .unit = document.at("unit").get<std::int64_t>(),
            .has_zone = document.at("has_zone").get<bool>()};
  for (const Json& child : document.at("children")) {
    std::optional<Type> read_child = read(child, levels - 1);
    if (!read_child) return {};
    type.children.push_back(std::move(*read_child));
  }
  if (!is_possible(type)) return {};
  return type;
}

}  // namespace

Json type_document(const Type& type) {
  Json children = Json::array();
  for (const Type& child : type.children) children.push_back(type_document(child));
  return {{"name", type.name},         {"kind", static_cast<int>(type.kind)},
          {"width", type.width},       {"precision", type.precision},
          {"scale", type.scale},       {"unit", type.unit},
          {"has_zone", type.has_zone}, {"children", std::move(children)}};
}

std::optional<Type> type_from_document(const Json& document) {
  try {
    return read(document, kMostLevels);
  } catch (const Json::exception&) {
    return {};
  }
}

}  // namespace dlt::arrow
