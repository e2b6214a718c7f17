// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/decimal.hpp"
#include "core/json/json_kind.hpp"
#include "dlt/json.hpp"
#include "dlt/values.hpp"

namespace dlt {

/// The value of a cursor, as it is compared and as the state keeps it. Assigned again and again it
/// allocates nothing for the usual kinds.
class CursorValue {
 public:
  enum class Kind {
    kNull,
    kBool,  ///< compares as 0 and 1, as in Python
    kInteger,
    kDouble,
    kDecimal,  ///< also integers beyond 64 bits with sign
    kText,
    kTimestamp,
    kDate,
    kTime,
    kBinary,
    kStructure,  ///< an object or an array, for functions that understand them
  };

  CursorValue() = default;
  /// `json` may be typed JSON.
  explicit CursorValue(const Json& json) { assign(json); }

  void assign(const Json& json);
  /// `View` is JsonView or SlowView; the record is no typed JSON.
  template <class View>
  void assign(View view);
  void clear() { kind_ = Kind::kNull; }

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  Json to_json() const;
  /// For messages: the type, and the value as text.
  std::string describe() const;

  /// Of kBool and kInteger.
  std::int64_t integer() const { return integer_; }
  /// Of kDouble.
  double number() const { return double_; }
  /// Of kDecimal.
  const Decimal& decimal() const { return decimal_; }
  /// Of kText that says date and time: when that is.
  const std::optional<Timestamp>& moment() const;
  /// Of kText, without quotes.
  const std::string& text() const { return text_; }
  /// Of kTimestamp.
  const Timestamp& timestamp() const { return timestamp_; }
  /// Of kDate.
  Date date() const { return {static_cast<std::int32_t>(integer_)}; }

 private:
  friend std::optional<std::partial_ordering> compare(const CursorValue& a, const CursorValue& b);

  void assign_text(std::string_view text);
  void assign_marked(std::string_view text);
  void assign_integer(std::int64_t value);
  void assign_unsigned(std::uint64_t value);
  void assign_double(double value);
  void assign_digits(std::string_view digits);
  void assign_bool(bool value);

  Kind kind_ = Kind::kNull;
  std::int64_t integer_ = 0;  // also of dates and times
  double double_ = 0;
  Timestamp timestamp_ = {};
  Decimal decimal_ = {};
  mutable bool has_looked_for_moment_ = false;
  mutable std::optional<Timestamp> moment_ = {};
  std::string text_ = {};   // as it came, with its mark; of kDecimal when it had one
  std::string bytes_ = {};  // of kBinary
  Json structure_ = nullptr;
};

/// Whether `a` lies below or above `b`, or is equal; empty when they cannot be compared, as a
/// number with text, or a local time with one that has an offset.
std::optional<std::partial_ordering> compare(const CursorValue& a, const CursorValue& b);
/// Whether both are the same value; what cannot be compared is not.
bool equal(const CursorValue& a, const CursorValue& b);

/// A JSON value of a record that was parsed.
template <class View>
Json json_from(View view);

template <class View>
void CursorValue::assign(View view) {
  switch (view.kind()) {
    case JsonKind::kNull:
      return clear();
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      return assign_bool(view.kind() == JsonKind::kTrue);
    case JsonKind::kInt64:
      return assign_integer(view.int64());
    case JsonKind::kUint64:
      return assign_unsigned(view.uint64());
    case JsonKind::kBigInteger:
      return assign_digits(view.digits());
    case JsonKind::kDouble:
      return assign_double(view.number());
    case JsonKind::kString:
      return assign_text(view.string());
    case JsonKind::kArray:
    case JsonKind::kObject:
      kind_ = Kind::kStructure;
      structure_ = json_from(view);
      return;
    case JsonKind::kTyped:
      if constexpr (requires { view.typed_text(); }) assign_marked(view.typed_text());
      return;
  }
}

template <class View>
Json json_from(View view) {
  switch (view.kind()) {
    case JsonKind::kArray: {
      Json array = Json::array();
      for (const auto& element : view.elements()) array.push_back(json_from(View(element)));
      return array;
    }
    case JsonKind::kObject: {
      Json object = Json::object();
      for (const auto& field : view.fields())
        object[std::string(field.key)] = json_from(View(field.value));
      return object;
    }
    default: {
      CursorValue value;
      value.assign(view);
      return value.to_json();
    }
  }
}

}  // namespace dlt
