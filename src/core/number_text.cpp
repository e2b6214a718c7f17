// SPDX-License-Identifier: Apache-2.0
#include "core/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

namespace dlt {
namespace {

// Python refuses longer ones between text and int, as their conversion takes quadratic time.
constexpr std::size_t kMaxIntegerDigits = 4300;

// The zeros of Unicode's decimal digits (category Nd, Unicode 14); the other nine follow each.
constexpr std::array<char32_t, 66> kZeros = {
    0x30,    0x660,   0x6F0,   0x7C0,   0x966,   0x9E6,   0xA66,   0xAE6,   0xB66,   0xBE6,
    0xC66,   0xCE6,   0xD66,   0xDE6,   0xE50,   0xED0,   0xF20,   0x1040,  0x1090,  0x17E0,
    0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,
    0xA8D0,  0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0,
    0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2,
    0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0};

// Blanks outside of ASCII, by Python's str.isspace().
constexpr std::array<char32_t, 19> kBlanks = {
    0x85,   0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
    0x2007, 0x2008, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

constexpr bool is_digit(char character) { return static_cast<unsigned char>(character - '0') < 10; }

constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

constexpr bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

constexpr bool is_ascii_blank(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r') ||
         (character >= 0x1c && character <= 0x1f);
}

/// The code point that a whole UTF-8 sequence stands for. The text was validated when it came in.
char32_t code_point(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  char32_t value = first & (0x7FU >> sequence.size());
  for (const char byte : sequence.substr(1))
    value = value << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
  return value;
}

std::size_t sequence_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && length < 4 && is_continuation(text[length])) ++length;
  return length;
}

bool is_blank(std::string_view sequence) {
  if (is_ascii(sequence[0])) return is_ascii_blank(sequence[0]);
  return std::binary_search(kBlanks.begin(), kBlanks.end(), code_point(sequence));
}

/// 0 to 9, or -1 for what is no decimal digit.
int digit_value(char32_t point) {
  const auto after = std::upper_bound(kZeros.begin(), kZeros.end(), point);
  if (after == kZeros.begin()) return -1;
  const char32_t distance = point - *std::prev(after);
  return distance < 10 ? static_cast<int>(distance) : -1;
}

/// Text whose digits are ASCII; the buffer holds it when the original was not.
class AsciiText {
 public:
  explicit AsciiText(std::string_view text) {
    const std::string_view stripped = strip_blanks(text);
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
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
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

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
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
  if (is_digit(character)) return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view strip_blanks(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (!is_blank(text.substr(0, length))) break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && is_continuation(text[start])) --start;
    if (!is_blank(text.substr(start))) break;
    text = text.substr(0, start);
  }
  return text;
}

std::optional<std::string_view> ascii_digits(std::string_view text, std::span<char> buffer) {
  if (std::all_of(text.begin(), text.end(), is_ascii)) return text;
  std::size_t size = 0;
  while (!text.empty()) {
    if (size == buffer.size()) return {};
    const std::size_t length = is_ascii(text[0]) ? 1 : sequence_length(text);
    const char32_t point = code_point(text.substr(0, length));
    const int digit = digit_value(point);
    if (digit < 0 && point >= 0x80) return {};
    buffer[size++] = digit < 0 ? text[0] : static_cast<char>('0' + digit);
    text.remove_prefix(length);
  }
  return std::string_view(buffer.data(), size);
}

std::optional<Decimal> parse_python_int(std::string_view text) {
  AsciiText ascii(text);
  if (!ascii.view() || !ascii.remove_underscores(is_digit)) return {};
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
  if (!ascii.view() || !ascii.remove_underscores(is_digit)) return {};
  std::string_view number = *ascii.view();
  const bool negative = take_sign(number);
  double value = 0;
  if (is_float(number)) {
    value = nearest_double(number);
  } else if (equals_ignoring_case(number, "inf") || equals_ignoring_case(number, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else if (equals_ignoring_case(number, "nan")) {
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
