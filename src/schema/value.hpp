// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <dlt/data_type.hpp>
#include <dlt/values.hpp>

namespace dlt {

/// A value on its way from a record into a column. It may view text of the record, and then lives
/// no longer than that. Making one from what a record holds allocates nothing.
struct Value {
  /// What the type alone does not tell.
  enum class Note : std::uint8_t {
    kNone,
    kCut,  ///< timestamp, time: the text was finer than a nanosecond
    kHex,  ///< binary: came as hexadecimal digits, and becomes such again as text
  };
  /// By type. Text, json (compact) and binary: a view, or their own string. Bigint: `int64_t`;
  /// above it `uint64_t`; beyond both a view of the digits, with '-' where negative, or a decimal
  /// with exponent 0. Decimal and wei: `Decimal`.
  using Data = std::variant<bool, std::int64_t, std::uint64_t, double, Timestamp, Date, Time,
                            std::string_view, std::string, Decimal>;

  DataType type = DataType::kText;
  Note note = Note::kNone;
  Data data = std::string_view();

  static Value boolean(bool value) { return {DataType::kBool, Note::kNone, value}; }
  static Value integer(std::int64_t value) { return {DataType::kBigint, Note::kNone, value}; }
  static Value integer(std::uint64_t value) {
    if (value <= std::uint64_t{INT64_MAX}) return integer(static_cast<std::int64_t>(value));
    return {DataType::kBigint, Note::kNone, value};
  }
  /// An integer of any length, in the shortest form that holds it. `value` must have exponent 0.
  static Value integer(Decimal value);
  static Value floating(double value) { return {DataType::kDouble, Note::kNone, value}; }
  /// A JSON number as it is written: an integer, of any length, unless it has a fraction or an
  /// exponent. Empty when `raw` is no JSON number, or beyond the largest double.
  static std::optional<Value> number(std::string_view raw);
  static Value text(std::string_view value) { return {DataType::kText, Note::kNone, value}; }
  static Value json(std::string_view compact) { return {DataType::kJson, Note::kNone, compact}; }
  static Value binary(std::string_view bytes) { return {DataType::kBinary, Note::kNone, bytes}; }
  static Value timestamp(Timestamp value, Note note = Note::kNone) {
    return {DataType::kTimestamp, note, value};
  }
  static Value date(Date value) { return {DataType::kDate, Note::kNone, value}; }
  static Value time(Time value, Note note = Note::kNone) { return {DataType::kTime, note, value}; }
  static Value decimal(Decimal value) {
    return {DataType::kDecimal, Note::kNone, std::move(value)};
  }
  static Value wei(Decimal value) { return {DataType::kWei, Note::kNone, std::move(value)}; }
  /// Text, json or binary that owns its bytes.
  static Value owned(DataType type, std::string bytes, Note note = Note::kNone) {
    return {type, note, std::move(bytes)};
  }

  /// Of text, json and binary.
  std::string_view bytes() const {
    const auto* view = std::get_if<std::string_view>(&data);
    return view != nullptr ? *view : std::string_view(std::get<std::string>(data));
  }
  /// Whether this is an integer outside of 64 bits with sign.
  bool is_big_integer() const {
    return type == DataType::kBigint && !std::holds_alternative<std::int64_t>(data);
  }
  /// Of bigint, decimal and wei.
  Decimal to_decimal() const;
};

/// The value that text in dlt's typed JSON stands for; empty when it is plain text, or marked but
/// not readable as what the mark says, which dlt takes as plain text too.
std::optional<Value> decode_typed_text(std::string_view text);

}  // namespace dlt
