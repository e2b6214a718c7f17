// SPDX-License-Identifier: Apache-2.0
#include "csv/types.hpp"

#include <array>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include <dlt/values.hpp>

#include "core/text/unicode.hpp"
#include "core/time/iso.hpp"

namespace dlt::csv {
namespace {

/// Takes as much off the front of `text` as are digits.
std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_ascii_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes `pattern` off the front of `text`, in which 0 stands for any digit, if it is there.
bool take(std::string_view& text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '0' ? !is_ascii_digit(text[i]) : text[i] != pattern[i]) return false;
  }
  text.remove_prefix(pattern.size());
  return true;
}

/// A number as it is written: "-12.50e3".
struct NumberText {
  std::string_view whole = {};
  std::string_view fraction = {};
  std::int64_t exponent = 0;

  bool operator==(const NumberText&) const = default;
};

/// Empty for what is written in another way, with zeros before it above all.
std::optional<NumberText> number_of(std::string_view text) {
  NumberText number;
  take(text, '-');
  number.whole = take_digits(text);
  if (number.whole.empty() || (number.whole.size() > 1 && number.whole[0] == '0')) return {};
  if (take(text, '.')) {
    number.fraction = take_digits(text);
    if (number.fraction.empty()) return {};
  }
  if (take(text, 'e') || take(text, 'E')) {
    if (take(text, '+') && text.starts_with('-')) return {};
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number.exponent);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (!text.empty()) return {};
  return number;
}

/// The digits of a number between its first and its last that are not 0, and the power of ten of
/// the first: what two ways to write one number have in common.
std::pair<std::string, std::int64_t> significance(const NumberText& number) {
  std::string digits = std::string(number.whole) + std::string(number.fraction);
  const std::size_t zeros = digits.find_first_not_of('0');
  if (zeros == std::string::npos) return {};
  const auto places =
      static_cast<std::int64_t>(number.whole.size()) - static_cast<std::int64_t>(zeros);
  digits.erase(digits.find_last_not_of('0') + 1);
  digits.erase(0, zeros);
  return {std::move(digits), number.exponent + places - 1};
}

bool is_double(std::string_view text, const NumberText& number) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Too near to 0, it has lost digits, or all of them.
  if (error != std::errc{} || (value != 0 && std::fabs(value) < DBL_MIN)) return false;
  if (number.whole.size() + number.fraction.size() <= DBL_DIG) return true;
  std::array<char, 32> shortest{};
  const char* last = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value,
                                   std::chars_format::scientific)
                         .ptr;
  const auto kept = number_of({shortest.data(), static_cast<std::size_t>(last - shortest.data())});
  const auto written = significance(number);
  return written.first.size() <= DBL_DIG || (kept && written == significance(*kept));
}

unsigned number_types(std::string_view text) {
  const std::optional<NumberText> number = number_of(text);
  if (!number) return kText;
  // What most numbers are: as many digits as both keep.
  const bool is_short = number->whole.size() == text.size() && text.size() <= DBL_DIG;
  if (is_short) return kBigint | kDouble;
  unsigned types = is_double(text, *number) ? kDouble : kText;
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  // "-0" is a double only.
  if (error == std::errc{} && end == text.data() + text.size() && text != "-0") types |= kBigint;
  return types;
}

/// Of text that begins like a date.
unsigned moment_types(std::string_view text) {
  std::string_view rest = text;
  if (!take(rest, "0000-00-00") || !parse_date(text.substr(0, text.size() - rest.size())))
    return kText;
  if (rest.empty()) return kDate;
  if ((!take(rest, 'T') && !take(rest, ' ')) || !take(rest, "00:00")) return kText;
  constexpr std::size_t kMostFractionDigits = 6;
  if (take(rest, ":00") && take(rest, '.')) {
    const std::size_t digits = take_digits(rest).size();
    if (digits == 0 || digits > kMostFractionDigits) return kText;
  }
  const bool has_zone = !rest.empty();
  if (has_zone && rest != "Z") {
    // No zone is farther away.
    constexpr std::string_view kFarthest = "14";
    if ((!take(rest, '+') && !take(rest, '-')) || rest.substr(0, 2) > kFarthest) return kText;
    if (!take(rest, "00") || (!rest.empty() && !take(rest, ":00") && !take(rest, "00")))
      return kText;
    if (!rest.empty()) return kText;
  }
  if (!parse_iso_timestamp(text)) return kText;
  return has_zone ? kTimestampTz : kTimestamp;
}

}  // namespace

unsigned csv_types_of(std::string_view value) {
  const char first = value.front();
  if (is_ascii_digit(first) || first == '-') {
    const unsigned types = number_types(value);
    return types != kText ? types : moment_types(value);
  }
  return is_word(value, "true") || is_word(value, "false") ? kBool : kText;
}

}  // namespace dlt::csv
