// SPDX-License-Identifier: Apache-2.0
#include "arrow/type.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt::arrow {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  Error error(ErrorCode::kBadRecord, fmt::format("the Arrow field '{}' {}", path, what),
              "cast it to another type before it is loaded");
  throw error.add({.column = path});
}

/// Whole numbers with commas between them, all of `text`.
std::vector<int> numbers(std::string_view text, const std::string& path) {
  std::vector<int> result;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    int number = 0;
    const auto [next, failure] = std::from_chars(at, end, number);
    if (failure != std::errc{}) break;
    result.push_back(number);
    if (next == end) return result;
    if (*next != ',') break;
    at = next + 1;
  }
  refuse(path, fmt::format("has a malformed type: '{}'", text));
}

std::int64_t unit_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 1'000;
    case 'u':
      return 1'000'000;
    case 'n':
      return kNanoseconds;
    default:
      return 0;
  }
}

/// Of one letter.
bool parse_simple(char letter, Type& type) {
  const auto set = [&type](TypeKind kind, int width) {
    type.kind = kind;
    type.width = width;
    return true;
  };
  switch (letter) {
    case 'n':
      return set(TypeKind::kNull, 0);
    case 'b':
      return set(TypeKind::kBool, 0);
    case 'c':
      return set(TypeKind::kInteger, 1);
    case 's':
      return set(TypeKind::kInteger, 2);
    case 'i':
      return set(TypeKind::kInteger, 4);
    case 'l':
      return set(TypeKind::kInteger, 8);
    case 'C':
      return set(TypeKind::kUnsigned, 1);
    case 'S':
      return set(TypeKind::kUnsigned, 2);
    case 'I':
      return set(TypeKind::kUnsigned, 4);
    case 'L':
      return set(TypeKind::kUnsigned, 8);
    case 'e':
      return set(TypeKind::kFloat, 2);
    case 'f':
      return set(TypeKind::kFloat, 4);
    case 'g':
      return set(TypeKind::kFloat, 8);
    case 'u':
      return set(TypeKind::kText, 4);
    case 'U':
      return set(TypeKind::kText, 8);
    case 'z':
      return set(TypeKind::kBinary, 4);
    case 'Z':
      return set(TypeKind::kBinary, 8);
    default:
      return false;
  }
}

/// "tdD", "ttu", "tsn:Europe/Berlin".
void parse_temporal(std::string_view format, const std::string& path, Type& type) {
  const char what = format.size() > 2 ? format[1] : '\0';
  if (what == 'd' && (format == "tdD" || format == "tdm")) {
    type.kind = TypeKind::kDate;
    type.width = format == "tdD" ? 4 : 8;
    return;
  }
  if (what == 't' && format.size() == 3 && unit_of(format[2]) != 0) {
    type.kind = TypeKind::kTime;
    type.unit = unit_of(format[2]);
    type.width = type.unit <= 1'000 ? 4 : 8;
    return;
  }
  if (what == 's' && format.size() >= 4 && format[3] == ':' && unit_of(format[2]) != 0) {
    type.kind = TypeKind::kTimestamp;
    type.unit = unit_of(format[2]);
    type.width = 8;
    type.has_zone = format.size() > 4;
    return;
  }
  if (what == 'D') refuse(path, "is a duration, which no column type is for");
  if (what == 'i') refuse(path, "is an interval, which no column type is for");
  refuse(path, fmt::format("has an unknown type: '{}'", format));
}

void parse_decimal_type(std::string_view digits, const std::string& path, Type& type) {
  const std::vector<int> parts = numbers(digits, path);
  constexpr int kBitsPerByte = 8;
  const int bits = parts.size() == 3 ? parts[2] : 128;
  if (parts.size() < 2 || parts.size() > 3 ||
      (bits != 32 && bits != 64 && bits != 128 && bits != 256))
    refuse(path, fmt::format("has a malformed type: 'd:{}'", digits));
  if (parts[1] < -kMostScale || parts[1] > kMostScale)
    refuse(path,
           fmt::format("has a scale of {}: expected {} to {}", parts[1], -kMostScale, kMostScale));
  type.kind = TypeKind::kDecimal;
  type.precision = parts[0];
  type.scale = parts[1];
  type.width = bits / kBitsPerByte;
}

void parse_nested(std::string_view format, const std::string& path, Type& type) {
  if (format == "+s") {
    type.kind = TypeKind::kStruct;
  } else if (format == "+l" || format == "+m") {
    type.kind = TypeKind::kList;
    type.width = 4;
  } else if (format == "+L") {
    type.kind = TypeKind::kList;
    type.width = 8;
  } else if (format.starts_with("+w:")) {
    type.kind = TypeKind::kFixedList;
    type.width = numbers(format.substr(3), path).front();
  } else if (format.starts_with("+u")) {
    refuse(path, "is a union, which no column type is for");
  } else {
    refuse(path, fmt::format("has a type that is not supported: '{}'", format));
  }
}

std::string child_path(const std::string& path, const ArrowSchema& child) {
  const std::string name = child.name == nullptr ? "" : child.name;
  return path.empty() ? name : path + "." + name;
}

}  // namespace

bool Type::has_lists() const {
  return kind == TypeKind::kList || kind == TypeKind::kFixedList ||
         std::ranges::any_of(children, [](const Type& child) { return child.has_lists(); });
}

bool Type::is_nested() const {
  return kind == TypeKind::kStruct || kind == TypeKind::kList || kind == TypeKind::kFixedList ||
         (kind == TypeKind::kDictionary && children.front().is_nested());
}

Type parse_type(const ArrowSchema& schema, const std::string& path) {
  Type type{.name = schema.name == nullptr ? "" : schema.name};
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  if (format.size() == 1 && parse_simple(format[0], type)) {
  } else if (format.starts_with("t")) {
    parse_temporal(format, path, type);
  } else if (format.starts_with("d:")) {
    parse_decimal_type(format.substr(2), path, type);
  } else if (format.starts_with("w:")) {
    type.kind = TypeKind::kFixedBinary;
    type.width = numbers(format.substr(2), path).front();
  } else if (format == "vu" || format == "vz") {
    type.kind = format == "vu" ? TypeKind::kTextView : TypeKind::kBinaryView;
  } else if (format.starts_with("+")) {
    parse_nested(format, path, type);
  } else {
    refuse(path, fmt::format("has an unknown type: '{}'", format));
  }
  if (type.width < 0) refuse(path, fmt::format("has a malformed type: '{}'", format));

  const bool is_list = type.kind == TypeKind::kList || type.kind == TypeKind::kFixedList;
  if (is_list ? schema.n_children != 1 : type.kind != TypeKind::kStruct && schema.n_children != 0)
    refuse(path, fmt::format("has {} children, which type '{}' does not have", schema.n_children,
                             format));
  for (std::int64_t i = 0; i < schema.n_children; ++i)
    type.children.push_back(
        parse_type(*schema.children[i], is_list ? path : child_path(path, *schema.children[i])));

  if (schema.dictionary == nullptr) return type;
  if (type.kind != TypeKind::kInteger && type.kind != TypeKind::kUnsigned)
    refuse(path, "has a dictionary whose keys are no integers");
  Type values = parse_type(*schema.dictionary, path);
  Type keys = std::move(type);
  Type dictionary{.name = keys.name, .kind = TypeKind::kDictionary};
  dictionary.children.push_back(std::move(values));
  dictionary.children.push_back(std::move(keys));
  return dictionary;
}

std::optional<Column> column_of(const Type& type, std::string name) {
  Column column{.name = std::move(name)};
  switch (type.kind) {
    case TypeKind::kNull:
      return {};
    case TypeKind::kBool:
      column.data_type = DataType::kBool;
      break;
    case TypeKind::kUnsigned:
      // What is beyond 63 bits goes where such integers go in JSON.
    case TypeKind::kInteger:
      column.data_type = DataType::kBigint;
      break;
    case TypeKind::kFloat:
      column.data_type = DataType::kDouble;
      break;
    case TypeKind::kText:
    case TypeKind::kTextView:
      column.data_type = DataType::kText;
      break;
    case TypeKind::kBinary:
    case TypeKind::kBinaryView:
    case TypeKind::kFixedBinary:
      column.data_type = DataType::kBinary;
      break;
    case TypeKind::kDecimal:
      column.data_type = DataType::kDecimal;
      // A negative scale stands for zeros before the point.
      column.precision = type.precision - std::min(type.scale, 0);
      column.scale = std::max(type.scale, 0);
      break;
    case TypeKind::kDate:
      column.data_type = DataType::kDate;
      break;
    case TypeKind::kTime:
      column.data_type = DataType::kTime;
      break;
    case TypeKind::kTimestamp:
      column.data_type = DataType::kTimestamp;
      if (!type.has_zone) column.timezone = false;
      break;
    case TypeKind::kDictionary:
      return column_of(type.children.front(), std::move(column.name));
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kFixedList:
      return {};
  }
  constexpr int kNanosecondDigits = 9;
  const bool is_clock = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTime;
  if (is_clock && type.unit == kNanoseconds) column.precision = kNanosecondDigits;
  return column;
}

}  // namespace dlt::arrow
