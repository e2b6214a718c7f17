// SPDX-License-Identifier: Apache-2.0
#include "core/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include "core/text/unicode.hpp"
#include "core/text/utf8.hpp"

namespace dlt {
namespace {

// Python refuses longer ones between text and int, as their conversion takes quadratic time.
constexpr std::size_t kMaxIntegerDigits = 4300;

constexpr bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

/// Text whose digits are ASCII; the buffer holds it when the original was not.
class AsciiText {
 public:
  explicit AsciiText(std::string_view text) {
    const std::string_view stripped = strip(text);
    if (std::all_of(stripped.begin(), stripped.end(), is_ascii)) {
      view_ = stripped;
      return;
    }
    buffer_.resize(stripped.size());
    view_ = ascii_digits(stripped, buffer_);
  }
  AsciiText(const AsciiText&) = delete;
  AsciiText& operator=(const AsciiText&) = delete;

  const std::optional<std::string_view>& view() const { return view_; }
  /// Takes out underscores, each of which must stand between two digits. Returns whether they did.
  template <typename IsDigit>
  bool remove_underscores(IsDigit is_digit_of_base) {
    if (view_->find('_') == std::string_view::npos) return true;
    std::string without;
    without.reserve(view_->size());
    for (std::size_t i = 0; i < view_->size(); ++i) {
      const char character = (*view_)[i];
      if (character != '_') {
        without += character;
      } else if (i == 0 || i + 1 == view_->size() || !is_digit_of_base((*view_)[i - 1]) ||
                 !is_digit_of_base((*view_)[i + 1])) {
        return false;
      }
    }
    buffer_ = std::move(without);
    view_ = buffer_;
    return true;
  }

 private:
  std::string buffer_;
  std::optional<std::string_view> view_;
};

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_ascii_digit) -
                                  text.begin());
}

/// Whether `text`, without sign, is a number in Python's form of floats: "1", "1.", ".5", "1e5".
bool is_float(std::string_view text) {
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = count_digits(text);
    text.remove_prefix(fraction);
  }
  if (whole + fraction == 0) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && count_digits(text) == text.size();
}

/// Takes a sign off; returns whether it was a minus.
bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

Decimal integer_of(bool negative, std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return {};
  return {.negative = negative, .digits = std::string(digits)};
}

/// The digits of a number in another base; most significant first on both sides, and without
/// leading zeros.
std::vector<std::uint8_t> change_base(const std::vector<std::uint8_t>& digits, unsigned from,
                                      unsigned to) {
  std::vector<std::uint8_t> result;  // least significant first while it grows
  for (const std::uint8_t digit : digits) {
    unsigned carry = digit;
    for (std::uint8_t& place : result) {
      carry += place * from;
      place = static_cast<std::uint8_t>(carry % to);
      carry /= to;
    }
    for (; carry != 0; carry /= to) result.push_back(static_cast<std::uint8_t>(carry % to));
  }
  std::reverse(result.begin(), result.end());
  return result;
}

int hex_value(char character) {
  if (is_ascii_digit(character)) return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string_view> ascii_digits(std::string_view text, std::span<char> buffer) {
  if (std::all_of(text.begin(), text.end(), is_ascii)) return text;
  std::size_t size = 0;
  for (std::size_t at = 0; at != text.size();) {
    if (size == buffer.size()) return {};
    const char32_t point = next_code_point(text, at);
    const int digit = decimal_digit_value(point);
    if (digit < 0 && point >= 0x80) return {};
    buffer[size++] = static_cast<char>(digit < 0 ? static_cast<int>(point) : '0' + digit);
  }
  return std::string_view(buffer.data(), size);
}

std::optional<Decimal> parse_python_int(std::string_view text) {
  AsciiText ascii(text);
  if (!ascii.view() || !ascii.remove_underscores(is_ascii_digit)) return {};
  std::string_view digits = *ascii.view();
  const bool negative = take_sign(digits);
  if (digits.empty() || count_digits(digits) != digits.size() || digits.size() > kMaxIntegerDigits)
    return {};
  return integer_of(negative, digits);
}

std::optional<Decimal> parse_python_hex(std::string_view text) {
  AsciiText ascii(text);
  const auto is_hex_digit = [](char character) {
    return hex_value(character) >= 0 || character == 'x' || character == 'X';
  };
  if (!ascii.view() || !ascii.remove_underscores(is_hex_digit)) return {};
  std::string_view digits = *ascii.view();
  const bool negative = take_sign(digits);
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  if (digits.empty() || digits.size() > kMaxIntegerDigits) return {};
  std::vector<std::uint8_t> values;
  values.reserve(digits.size());
  for (const char character : digits) {
    const int value = hex_value(character);
    if (value < 0) return {};
    values.push_back(static_cast<std::uint8_t>(value));
  }
  std::string decimal;
  for (const std::uint8_t digit : change_base(values, 16, 10))
    decimal += static_cast<char>('0' + digit);
  if (decimal.size() > kMaxIntegerDigits) return {};
  return integer_of(negative, decimal);
}

std::optional<double> parse_python_float(std::string_view text) {
  AsciiText ascii(text);
  if (!ascii.view() || !ascii.remove_underscores(is_ascii_digit)) return {};
  std::string_view number = *ascii.view();
  const bool negative = take_sign(number);
  double value = 0;
  if (is_float(number)) {
    value = nearest_double(number);
  } else if (is_word(number, "inf") || is_word(number, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else if (is_word(number, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    return {};
  }
  return negative ? -value : value;
}

double nearest_double(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc::result_out_of_range) return value;
  // Out of range at either end: where the first digit that counts stands decides which.
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return negative ? -0.0 : 0.0;
  std::int64_t magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (exponent_at < text.size()) {
    std::string_view digits = text.substr(exponent_at + 1);
    const bool small = take_sign(digits);
    std::int64_t exponent = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec == std::errc::result_out_of_range)
      exponent = std::numeric_limits<std::int32_t>::max();
    magnitude += small ? -exponent : exponent;
  }
  value = magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -value : value;
}

void append_python_float(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  char text[32];
  const double magnitude = std::fabs(value);
  const bool fixed = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  char* const end = std::to_chars(std::begin(text), std::end(text), value, format).ptr;
  out.append(text, end);
  if (fixed && std::find(std::begin(text), end, '.') == end) out += ".0";
}

std::optional<std::string> little_endian_bytes(const Decimal& value) {
  if (value.negative) return {};
  std::vector<std::uint8_t> digits;
  digits.reserve(value.digits.size());
  for (const char digit : value.digits) digits.push_back(static_cast<std::uint8_t>(digit - '0'));
  const std::vector<std::uint8_t> bytes = change_base(digits, 10, 256);
  return std::string(bytes.rbegin(), bytes.rend());
}

}  // namespace dlt
