// SPDX-License-Identifier: Apache-2.0
#include "extract/cursor_value.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/json_text.hpp"
#include "core/time/iso.hpp"
#include "schema/value.hpp"

namespace dlt {
namespace {

std::partial_ordering compare_decimals(const Decimal& a, const Decimal& b) {
  if (!is_finite(a) || !is_finite(b)) return std::partial_ordering::unordered;
  const auto sign = [](const Decimal& value) {
    if (value.digits == "0") return 0;
    return value.negative ? -1 : 1;
  };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  return sign(a) * compare_magnitudes(a, b) <=> 0;
}

/// Empty where one is local and the other is not.
std::optional<std::partial_ordering> compare(const Timestamp& x, const Timestamp& y) {
  if (x.utc_offset_minutes.has_value() != y.utc_offset_minutes.has_value()) return {};
  if (x.seconds != y.seconds) return x.seconds <=> y.seconds;
  return x.nanoseconds <=> y.nanoseconds;
}

bool is_number(CursorValue::Kind kind) {
  return kind == CursorValue::Kind::kBool || kind == CursorValue::Kind::kInteger ||
         kind == CursorValue::Kind::kDouble || kind == CursorValue::Kind::kDecimal;
}

bool is_integer(CursorValue::Kind kind) {
  return kind == CursorValue::Kind::kBool || kind == CursorValue::Kind::kInteger;
}

Decimal as_decimal(const CursorValue& value) {
  if (value.kind() == CursorValue::Kind::kDecimal) return value.decimal();
  return value.kind() == CursorValue::Kind::kDouble ? decimal_from(value.number())
                                                    : decimal_from(value.integer());
}

const char* name_of(CursorValue::Kind kind) {
  switch (kind) {
    case CursorValue::Kind::kNull:
      return "null";
    case CursorValue::Kind::kBool:
      return "bool";
    case CursorValue::Kind::kInteger:
      return "integer";
    case CursorValue::Kind::kDouble:
      return "double";
    case CursorValue::Kind::kDecimal:
      return "decimal";
    case CursorValue::Kind::kText:
      return "text";
    case CursorValue::Kind::kTimestamp:
      return "timestamp";
    case CursorValue::Kind::kDate:
      return "date";
    case CursorValue::Kind::kTime:
      return "time";
    case CursorValue::Kind::kBinary:
      return "binary";
    case CursorValue::Kind::kStructure:
      break;
  }
  return "json";
}

}  // namespace

void CursorValue::assign(const Json& json) {
  switch (json.type()) {
    case Json::value_t::null:
    case Json::value_t::discarded:
    case Json::value_t::binary:
      return clear();
    case Json::value_t::boolean:
      return assign_bool(json.get<bool>());
    case Json::value_t::number_integer:
      return assign_integer(json.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return assign_unsigned(json.get<std::uint64_t>());
    case Json::value_t::number_float:
      return assign_double(json.get<double>());
    case Json::value_t::string:
      return assign_marked(json.get_ref<const std::string&>());
    case Json::value_t::array:
    case Json::value_t::object:
      kind_ = Kind::kStructure;
      structure_ = json;
      return;
  }
}

void CursorValue::assign_bool(bool value) {
  kind_ = Kind::kBool;
  integer_ = value ? 1 : 0;
}

void CursorValue::assign_integer(std::int64_t value) {
  kind_ = Kind::kInteger;
  integer_ = value;
}

void CursorValue::assign_unsigned(std::uint64_t value) {
  if (value <= std::uint64_t{INT64_MAX}) return assign_integer(static_cast<std::int64_t>(value));
  assign_digits(std::to_string(value));
}

void CursorValue::assign_digits(std::string_view digits) {
  kind_ = Kind::kDecimal;
  const bool negative = digits.starts_with('-');
  decimal_ = {.negative = negative, .digits = std::string(digits.substr(negative ? 1 : 0))};
  // The state's JSON has no such integers; as a decimal it is the same number.
  text_ = type_prefix(TypedText::kDecimal);
  text_ += digits;
}

void CursorValue::assign_double(double value) {
  // Not a number is no value that anything can be compared with.
  if (!std::isfinite(value)) return clear();
  kind_ = Kind::kDouble;
  double_ = value;
}

void CursorValue::assign_text(std::string_view text) {
  kind_ = Kind::kText;
  text_ = text;
  has_looked_for_moment_ = false;
}

const std::optional<Timestamp>& CursorValue::moment() const {
  if (!std::exchange(has_looked_for_moment_, true)) {
    const std::optional<IsoTimestamp> parsed = parse_iso_timestamp(text_);
    moment_ = parsed && !parsed->cut ? std::optional(parsed->value) : std::nullopt;
  }
  return moment_;
}

void CursorValue::assign_marked(std::string_view text) {
  const auto type = marked_type(text);
  const std::optional<Value> decoded = type ? decode_typed_text(text) : std::nullopt;
  assign_text(text);
  if (!decoded) return;
  switch (decoded->type) {
    case DataType::kDecimal:
    case DataType::kWei:
      kind_ = Kind::kDecimal;
      decimal_ = std::get<Decimal>(decoded->data);
      return;
    case DataType::kTimestamp:
      kind_ = Kind::kTimestamp;
      timestamp_ = std::get<Timestamp>(decoded->data);
      return;
    case DataType::kDate:
      kind_ = Kind::kDate;
      integer_ = std::get<Date>(decoded->data).days;
      return;
    case DataType::kTime:
      kind_ = Kind::kTime;
      integer_ = std::get<Time>(decoded->data).nanoseconds;
      return;
    case DataType::kBinary:
      kind_ = Kind::kBinary;
      bytes_ = decoded->bytes();
      return;
    default:
      return;
  }
}

Json CursorValue::to_json() const {
  switch (kind_) {
    case Kind::kNull:
      return nullptr;
    case Kind::kBool:
      return integer_ != 0;
    case Kind::kInteger:
      return integer_;
    case Kind::kDouble:
      return double_;
    case Kind::kStructure:
      return structure_;
    default:
      return text_;
  }
}

std::string CursorValue::describe() const {
  std::string_view text = text_;
  switch (kind_) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
    case Kind::kInteger:
    case Kind::kDouble:
    case Kind::kStructure:
      return fmt::format("{} {}", name_of(kind_),
                         to_json().dump(-1, ' ', false, Json::error_handler_t::replace));
    case Kind::kText:
      return fmt::format("text '{}'", text);
    default:
      return fmt::format("{} {}", name_of(kind_), text.substr(marked_type(text) ? 3 : 0));
  }
}

std::optional<std::partial_ordering> compare(const CursorValue& a, const CursorValue& b) {
  using Kind = CursorValue::Kind;
  if (is_integer(a.kind_) && is_integer(b.kind_)) return a.integer_ <=> b.integer_;
  if (is_number(a.kind_) && is_number(b.kind_)) {
    if (a.kind_ == Kind::kDouble && b.kind_ == Kind::kDouble) return a.double_ <=> b.double_;
    const std::partial_ordering order = compare_decimals(as_decimal(a), as_decimal(b));
    if (order == std::partial_ordering::unordered) return {};
    return order;
  }
  if (a.kind_ != b.kind_) return {};
  switch (a.kind_) {
    case Kind::kText:
      if (a.moment() && b.moment()) {
        if (const auto order = compare(*a.moment(), *b.moment())) return order;
      }
      return a.text_.compare(b.text_) <=> 0;
    case Kind::kDate:
    case Kind::kTime:
      return a.integer_ <=> b.integer_;
    case Kind::kTimestamp:
      return compare(a.timestamp_, b.timestamp_);
    case Kind::kBinary:
      return a.bytes_.compare(b.bytes_) <=> 0;
    default:
      return {};
  }
}

bool equal(const CursorValue& a, const CursorValue& b) {
  if (a.is_null() || b.is_null()) return a.is_null() == b.is_null();
  if (a.kind() == CursorValue::Kind::kStructure && b.kind() == CursorValue::Kind::kStructure)
    return a.to_json() == b.to_json();
  const std::optional<std::partial_ordering> order = compare(a, b);
  return order && *order == std::partial_ordering::equivalent;
}

}  // namespace dlt
