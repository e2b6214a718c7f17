// SPDX-License-Identifier: Apache-2.0
#include "arrow/view.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/int128.hpp"
#include "dlt/error.hpp"
#include "schema/plain_json.hpp"

namespace dlt::arrow {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

/// A half-precision number (IEEE 754 binary16).
double half_to_double(std::uint16_t bits) {
  constexpr int kFractionBits = 10;
  constexpr int kBias = 15;
  constexpr int kExponentMask = 0x1F;
  const int exponent = bits >> kFractionBits & kExponentMask;
  const double fraction = static_cast<double>(bits & 0x3FF) / 1024;
  double value = 0;
  if (exponent == kExponentMask) {
    value = fraction == 0 ? INFINITY : NAN;
  } else if (exponent == 0) {
    value = std::ldexp(fraction, 1 - kBias);
  } else {
    value = std::ldexp(1 + fraction, exponent - kBias);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

/// What is left of a value above the multiple of `by` below it.
std::int64_t floor_rest(std::int64_t value, std::int64_t by) {
  return value % by + (value % by < 0 ? by : 0);
}

[[noreturn]] void refuse_time(const Type& type) {
  throw Error(ErrorCode::kBadRecord,
              fmt::format("'{}' of the Arrow data is no {}", type.name,
                          type.kind == TypeKind::kDate ? "date" : "time of day"),
              "mend it at its source");
}

/// The digits of an unsigned integer of up to 256 bits, given as 32-bit limbs, least significant
/// first, which are used up.
std::string digits_of(std::array<std::uint32_t, 8>& limbs) {
  constexpr std::uint64_t kChunk = 1'000'000'000;
  constexpr int kChunkDigits = 9;
  std::string reversed;
  while (std::ranges::any_of(limbs, [](std::uint32_t limb) { return limb != 0; })) {
    std::uint64_t rest = 0;
    for (auto limb = limbs.rbegin(); limb != limbs.rend(); ++limb) {
      const std::uint64_t part = rest << 32 | *limb;
      *limb = static_cast<std::uint32_t>(part / kChunk);
      rest = part % kChunk;
    }
    for (int i = 0; i < kChunkDigits; ++i) {
      reversed += static_cast<char>('0' + rest % 10);
      rest /= 10;
    }
  }
  while (!reversed.empty() && reversed.back() == '0') reversed.pop_back();
  if (reversed.empty()) return "0";
  std::ranges::reverse(reversed);
  return reversed;
}

/// An unscaled decimal of `width` bytes, two's complement, little-endian.
Decimal decimal_of(const std::byte* bytes, int width, int scale) {
  std::array<std::uint32_t, 8> limbs = {};
  std::memcpy(limbs.data(), bytes, static_cast<std::size_t>(width));
  const auto used = static_cast<std::size_t>(width) / sizeof(std::uint32_t);
  const bool negative = (limbs[used - 1] >> 31) != 0;
  if (negative) {
    std::uint64_t carry = 1;
    for (std::size_t i = 0; i < used; ++i) {
      carry += static_cast<std::uint32_t>(~limbs[i]);
      limbs[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  return {.negative = negative, .digits = digits_of(limbs), .exponent = -scale};
}

}  // namespace

std::int64_t View::integer(int width, bool with_sign) const {
  switch (width) {
    case 1:
      return with_sign ? load<std::int8_t>(at()) : load<std::uint8_t>(at());
    case 2:
      return with_sign ? load<std::int16_t>(at()) : load<std::uint16_t>(at());
    case 4:
      return with_sign ? load<std::int32_t>(at()) : load<std::uint32_t>(at());
    default:
      return load<std::int64_t>(at());
  }
}

std::int64_t View::int64() const {
  return integer(column_->type->width, column_->type->kind == TypeKind::kInteger);
}

double View::number() const {
  switch (column_->type->width) {
    case 2:
      return half_to_double(load<std::uint16_t>(at()));
    case 4:
      return load<float>(at());
    default:
      return load<double>(at());
  }
}

void View::look_up() {
  const Type& keys = column_->type->children.back();
  const std::int64_t key = integer(keys.width, keys.kind == TypeKind::kInteger);
  const ColumnData& values = column_->children.front();
  if (key < 0 || key >= values.length) {
    throw Error(ErrorCode::kBadRecord,
                fmt::format("the Arrow dictionary of field '{}' has {} values, and no number {}",
                            column_->type->name, values.length, key));
  }
  column_ = &values;
  row_ = key;
}

std::string_view View::bytes() const {
  switch (column_->type->kind) {
    case TypeKind::kTextView:
    case TypeKind::kBinaryView:
      return viewed_bytes();
    case TypeKind::kFixedBinary: {
      const auto width = static_cast<std::size_t>(column_->type->width);
      return {
          reinterpret_cast<const char*>(column_->values) + static_cast<std::size_t>(at()) * width,
          width};
    }
    default:
      break;
  }
  const auto [begin, end] = range();
  return {column_->bytes + begin, static_cast<std::size_t>(end - begin)};
}

std::string_view View::viewed_bytes() const {
  // A view: length, then up to 12 bytes; or 4 bytes, number of a buffer and offset in it.
  constexpr std::int32_t kInlineBytes = 12;
  const std::byte* view = column_->values + at() * kViewBytes;
  std::array<std::int32_t, 4> parts;
  std::memcpy(parts.data(), view, sizeof parts);
  const auto length = static_cast<std::size_t>(parts[0]);
  if (parts[0] <= kInlineBytes) return {reinterpret_cast<const char*>(view) + 4, length};
  return {static_cast<const char*>(column_->variadic[parts[2]]) + parts[3], length};
}

std::pair<std::int64_t, std::int64_t> View::range() const {
  const Type& type = *column_->type;
  if (type.kind == TypeKind::kFixedList) return {at() * type.width, (at() + 1) * type.width};
  if (type.width == 4) return {load<std::int32_t>(at()), load<std::int32_t>(at() + 1)};
  return {load<std::int64_t>(at()), load<std::int64_t>(at() + 1)};
}

View::Fields View::fields() const { return {column_->children, at()}; }

View::Elements View::elements() const {
  const auto [begin, end] = range();
  return {column_->children.front(), begin, end};
}

std::uint32_t View::size() const {
  if (column_->type->kind == TypeKind::kStruct)
    return static_cast<std::uint32_t>(column_->children.size());
  const auto [begin, end] = range();
  return static_cast<std::uint32_t>(end - begin);
}

Value View::typed() const {
  const Type& type = *column_->type;
  switch (type.kind) {
    case TypeKind::kDecimal:
      return Value::decimal(
          decimal_of(column_->values + at() * type.width, type.width, type.scale));
    case TypeKind::kDate: {
      if (type.width == 4) return Value::date({.days = load<std::int32_t>(at())});
      constexpr std::int64_t kMillisecondsPerDay = 86'400'000;
      const std::int64_t milliseconds = load<std::int64_t>(at());
      if (milliseconds % kMillisecondsPerDay != 0) {
        throw Error(ErrorCode::kBadRecord,
                    fmt::format("date '{}' of the Arrow data is no whole day", type.name));
      }
      const std::int64_t days = milliseconds / kMillisecondsPerDay;
      if (!std::in_range<std::int32_t>(days)) refuse_time(type);
      return Value::date({.days = static_cast<std::int32_t>(days)});
    }
    case TypeKind::kTime: {
      const std::int64_t units = integer(type.width, true);
      if (units < 0 || units / type.unit >= kSecondsPerDay) refuse_time(type);
      return Value::time({.nanoseconds = units * (kNanosecondsPerSecond / type.unit)});
    }
    case TypeKind::kTimestamp: {
      const std::int64_t units = load<std::int64_t>(at());
      const std::int64_t rest = floor_rest(units, type.unit);
      Timestamp moment{
          .seconds = units / type.unit - (units % type.unit < 0 ? 1 : 0),
          .nanoseconds = static_cast<std::int32_t>(rest * (kNanosecondsPerSecond / type.unit))};
      if (type.has_zone) moment.utc_offset_minutes = 0;
      return Value::timestamp(moment);
    }
    default:
      return Value::binary(bytes());
  }
}

std::string View::typed_text() const {
  const Value value = typed();
  Json json;
  switch (value.type) {
    case DataType::kDecimal:
      json = std::get<Decimal>(value.data);
      break;
    case DataType::kDate:
      json = std::get<Date>(value.data);
      break;
    case DataType::kTime:
      json = std::get<Time>(value.data);
      break;
    case DataType::kTimestamp:
      json = std::get<Timestamp>(value.data);
      break;
    default:
      json = Binary{.bytes = std::string(value.bytes())};
  }
  return json.get<std::string>();
}

std::optional<std::string> plain_json_of(const ColumnData& column, std::int64_t row) {
  std::string text;
  try {
    append_plain_json(text, View(column, row), false);
  } catch (const Error&) {
    return {};
  }
  return text;
}

}  // namespace dlt::arrow
