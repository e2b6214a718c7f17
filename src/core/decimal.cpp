// SPDX-License-Identifier: Apache-2.0
#include "core/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "core/number_text.hpp"
#include "core/text/unicode.hpp"

namespace dlt {
namespace {

constexpr std::int64_t kMaxPlainDigits = 4300;
constexpr std::int64_t kMaxExponent = 999'999'999;
constexpr int kMaxInt128Digits = 38;

constexpr std::array<Int128, kMaxInt128Digits + 1> kPowersOfTen = [] {
  std::array<Int128, kMaxInt128Digits + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

std::int64_t digit_count(const Decimal& value) {
  return static_cast<std::int64_t>(value.digits.size());
}

bool is_zero(const Decimal& value) { return value.digits == "0"; }

/// The digits without the zeros at their end, which the exponent can stand for.
std::string_view significant(const Decimal& value) {
  return std::string_view(value.digits).substr(0, value.digits.find_last_not_of('0') + 1);
}

/// What is left of a number's digits when those behind `scale` go.
struct Rounding {
  std::int64_t kept =
      0;  ///< leading digits that stay; below zero: not even the first dropped one is next to them
  bool exact = true;
  bool up = false;
};

Rounding round_at(const Decimal& value, int scale) {
  const std::int64_t dropped = -(value.exponent + static_cast<std::int64_t>(scale));
  if (dropped <= 0) return {.kept = digit_count(value)};
  Rounding rounding{.kept = digit_count(value) - dropped};
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(rounding.kept, 0));
  rounding.exact = value.digits.find_first_not_of('0', from) == std::string::npos;
  rounding.up = rounding.kept >= 0 && value.digits[from] >= '5';
  return rounding;
}

/// Adds one to the last of some digits.
void increment(std::string& digits) {
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (*digit != '9') {
      ++*digit;
      return;
    }
    *digit = '0';
  }
  digits.insert(digits.begin(), '1');
}

template <typename Unsigned>
Decimal from_unsigned(Unsigned magnitude, bool negative) {
  char text[20];
  char* const end = std::to_chars(std::begin(text), std::end(text), magnitude).ptr;
  return {.negative = negative, .digits = std::string(text, end)};
}

}  // namespace

bool is_finite(const Decimal& value) { return value.digits[0] <= '9'; }

Decimal decimal_from(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return from_unsigned(value < 0 ? 0 - bits : bits, value < 0);
}

Decimal decimal_from(std::uint64_t value) { return from_unsigned(value, false); }

Decimal decimal_from(double value) {
  const bool negative = std::signbit(value);
  if (std::isnan(value)) return {.digits = std::string(kNanDigits)};
  if (std::isinf(value)) return {.negative = negative, .digits = std::string(kInfinityDigits)};
  // The smallest double has 1074 digits behind the point, the largest 309 before it.
  std::array<char, 1400> text;
  constexpr int kAllDigits = 1074;
  const char* end = std::to_chars(text.data(), text.data() + text.size(), std::fabs(value),
                                  std::chars_format::fixed, kAllDigits)
                        .ptr;
  std::string_view whole(text.data(), static_cast<std::size_t>(end - text.data()));
  std::string_view fraction = whole.substr(whole.size() - kAllDigits);
  whole.remove_suffix(kAllDigits + 1);
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  Decimal result{
      .negative = negative, .digits = {}, .exponent = -static_cast<std::int32_t>(fraction.size())};
  if (whole != "0") result.digits = whole;
  result.digits += fraction;
  result.digits.erase(0, result.digits.find_first_not_of('0'));
  if (result.digits.empty()) result.digits = "0";
  return result;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  // Unlike int() and float(), Decimal() takes underscores anywhere.
  std::string plain;
  std::string_view number = strip(text);
  if (std::any_of(number.begin(), number.end(),
                  [](char c) { return c == '_' || static_cast<unsigned char>(c) >= 0x80; })) {
    plain.resize(number.size());
    const auto ascii = ascii_digits(number, plain);
    if (!ascii) return {};
    std::string without(*ascii);
    std::erase(without, '_');
    plain = std::move(without);
    number = plain;
  }
  Decimal result{.negative = number.starts_with('-'), .digits = {}};
  if (result.negative || number.starts_with('+')) number.remove_prefix(1);

  if (is_word(number, "nan")) return Decimal{.digits = std::string(kNanDigits)};
  if (is_word(number, "inf") || is_word(number, "infinity")) {
    result.digits = kInfinityDigits;
    return result;
  }

  std::int64_t exponent = 0;
  const std::size_t exponent_at = std::min(number.find_first_of("eE"), number.size());
  if (exponent_at < number.size()) {
    std::string_view digits = number.substr(exponent_at + 1);
    if (digits.starts_with('+')) {
      digits.remove_prefix(1);
      if (digits.starts_with('-')) return {};
    }
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return {};
    if (exponent < -kMaxExponent || exponent > kMaxExponent) return {};
  }
  const std::string_view mantissa = number.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction =
      point < mantissa.size() ? mantissa.substr(point + 1) : std::string_view();
  const auto all_digits = [](std::string_view digits) {
    return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.size() + fraction.size() == 0 || !all_digits(whole) || !all_digits(fraction)) return {};
  exponent -= static_cast<std::int64_t>(fraction.size());
  if (exponent < -kMaxExponent) return {};
  result.exponent = static_cast<std::int32_t>(exponent);

  const std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
  result.digits = whole.substr(zeros);
  result.digits += result.digits.empty()
                       ? fraction.substr(std::min(fraction.find_first_not_of('0'), fraction.size()))
                       : fraction;
  if (result.digits.empty()) result.digits = "0";
  return result;
}

std::string to_string(const Decimal& value) {
  std::string text = value.negative ? "-" : "";
  if (!is_finite(value)) return text += value.digits;
  // Where the point stands among the digits; with an exponent it stands behind the first one.
  const std::int64_t left = digit_count(value) + value.exponent;
  const bool plain = value.exponent <= 0 && left > -6;
  const std::int64_t point = plain ? left : 1;
  if (point <= 0) {
    text += "0.";
    text.append(static_cast<std::size_t>(-point), '0');
    text += value.digits;
  } else {
    text.append(value.digits, 0, static_cast<std::size_t>(point));
    if (point < digit_count(value)) {
      text += '.';
      text.append(value.digits, static_cast<std::size_t>(point));
    }
  }
  if (left != point) text += fmt::format("E{:+}", left - point);
  return text;
}

bool same_number(const Decimal& a, const Decimal& b) {
  if (!is_finite(a) || !is_finite(b))
    return a.digits == b.digits && a.digits != kNanDigits && a.negative == b.negative;
  if (is_zero(a)) return is_zero(b);
  return a.negative == b.negative && compare_magnitudes(a, b) == 0;
}

int compare_magnitudes(const Decimal& a, const Decimal& b) {
  if (is_zero(a) || is_zero(b)) return (is_zero(b) ? 1 : 0) - (is_zero(a) ? 1 : 0);
  const std::int64_t above = digit_count(a) + a.exponent - (digit_count(b) + b.exponent);
  if (above != 0) return above < 0 ? -1 : 1;
  return significant(a).compare(significant(b));
}

std::int64_t integer_digits(const Decimal& value) {
  return is_zero(value) ? 0 : std::max<std::int64_t>(digit_count(value) + value.exponent, 0);
}

std::optional<Decimal> to_integer(const Decimal& value) {
  if (!is_finite(value)) return {};
  if (is_zero(value)) return Decimal{};
  if (digit_count(value) + value.exponent > kMaxPlainDigits || !round_at(value, 0).exact) return {};
  Decimal integer{.negative = value.negative, .digits = value.digits};
  integer.digits.resize(static_cast<std::size_t>(integer_digits(value)), '0');
  return integer;
}

std::optional<std::int64_t> to_int64(const Decimal& value) {
  constexpr int kInt64Digits = 19;
  const ScaledDecimal scaled = scale_decimal(value, kInt64Digits, 0);
  if (scaled.fit != Fit::kExact || scaled.value > std::numeric_limits<std::int64_t>::max() ||
      scaled.value < std::numeric_limits<std::int64_t>::min()) {
    return {};
  }
  return static_cast<std::int64_t>(scaled.value);
}

double to_double(const Decimal& value) {
  if (!is_finite(value)) {
    if (value.digits == kNanDigits) return std::numeric_limits<double>::quiet_NaN();
    return value.negative ? -std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::infinity();
  }
  fmt::basic_memory_buffer<char, 64> text;
  fmt::format_to(std::back_inserter(text), "{}{}e{}", value.negative ? "-" : "", value.digits,
                 value.exponent);
  return nearest_double({text.data(), text.size()});
}

std::optional<std::string> to_plain_string(const Decimal& value) {
  DecimalText fitted = fit_decimal(value, 0, 0);
  if (fitted.fit == Fit::kTooLarge) return {};
  return std::move(fitted.text);
}

ScaledDecimal scale_decimal(const Decimal& value, int precision, int scale) {
  if (!is_finite(value)) return {};
  if (is_zero(value)) return {.fit = Fit::kExact, .value = 0};
  const Rounding rounding = round_at(value, scale);
  const std::int64_t zeros =
      std::max<std::int64_t>(value.exponent + static_cast<std::int64_t>(scale), 0);
  if (rounding.kept + zeros > precision) return {};
  Int128 scaled = 0;
  for (std::int64_t i = 0; i < rounding.kept; ++i)
    scaled = scaled * 10 + (value.digits[static_cast<std::size_t>(i)] - '0');
  scaled = scaled * kPowersOfTen[static_cast<std::size_t>(zeros)] + (rounding.up ? 1 : 0);
  if (scaled >= kPowersOfTen[static_cast<std::size_t>(precision)]) return {};
  return {.fit = rounding.exact ? Fit::kExact : Fit::kRounded,
          .value = value.negative ? -scaled : scaled};
}

DecimalText fit_decimal(const Decimal& value, int precision, int scale) {
  if (!is_finite(value)) return {};
  Rounding rounding{.kept = digit_count(value)};
  std::int64_t exponent = value.exponent;
  if (precision > 0 && -exponent > scale) {
    rounding = round_at(value, scale);
    exponent = -scale;
  }
  if (integer_digits(value) > kMaxPlainDigits || -exponent > kMaxPlainDigits) return {};

  std::string digits =
      value.digits.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(rounding.kept, 0)));
  if (rounding.up) increment(digits);
  if (exponent > 0 && digits != "0") digits.append(static_cast<std::size_t>(exponent), '0');
  const std::int64_t behind = std::max<std::int64_t>(-exponent, 0);
  const std::int64_t before = static_cast<std::int64_t>(digits.size()) - behind;
  if (precision > 0 && !is_zero(value) && before > precision - scale) return {};
  if (before <= 0) digits.insert(0, static_cast<std::size_t>(1 - before), '0');
  if (behind > 0) digits.insert(digits.size() - static_cast<std::size_t>(behind), 1, '.');
  const bool nonzero = digits.find_first_of("123456789") != std::string::npos;
  if (value.negative && (nonzero || is_zero(value))) digits.insert(digits.begin(), '-');
  return {.fit = rounding.exact ? Fit::kExact : Fit::kRounded, .text = std::move(digits)};
}

}  // namespace dlt
