// SPDX-License-Identifier: Apache-2.0
#include "core/json/slow_value.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/text/utf8.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::size_t kTokenShown = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// What stands for itself in a string.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Whether a number that is out of a double's range is too large, as opposed to too small.
bool is_huge(std::string_view number) {
  const std::size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mantissa_end);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first_digit = mantissa.find_first_of("123456789");
  if (first_digit == std::string_view::npos) return false;
  long long exponent = 0;
  if (mantissa_end < number.size()) {
    const std::string_view digits =
        number.substr(number[mantissa_end + 1] == '+' ? mantissa_end + 2 : mantissa_end + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (parsed.ec != std::errc{}) return digits.front() != '-';
  }
  return static_cast<long long>(point) - static_cast<long long>(first_digit) + exponent > 0;
}

}  // namespace

const char* to_string(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      return "bool";
    case JsonKind::kInt64:
    case JsonKind::kUint64:
    case JsonKind::kBigInteger:
      return "integer";
    case JsonKind::kDouble:
      return "number";
    case JsonKind::kString:
      return "string";
    case JsonKind::kArray:
      return "array";
    case JsonKind::kObject:
      return "object";
    case JsonKind::kTyped:
      return "value";
  }
  return "unknown";
}

class SlowParser {
 public:
  SlowParser(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  SlowValue parse() {
    skip_blanks();
    if (at_end()) fail(at_, "expected a value, found nothing");
    SlowValue value;
    parse_value(value, 0);
    skip_blanks();
    if (!at_end()) fail(at_, fmt::format("expected the end of the record, found {}", found()));
    return value;
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

  [[noreturn]] void fail(std::size_t at, std::string message, std::string hint = {}) const {
    Error error(ErrorCode::kBadRecord, std::move(message), std::move(hint));
    error.add({.byte = at + 1});
    throw error;
  }
  std::string found() const { return at_end() ? "the end of the record" : shown(at_); }
  std::string shown(std::size_t at) const {
    const char c = text_[at];
    if (c >= ' ' && c <= '~') return fmt::format("'{}'", c);
    return fmt::format("byte 0x{:02x}", static_cast<unsigned char>(c));
  }

  void parse_value(SlowValue& value, std::size_t depth) {
    switch (peek()) {
      case '{':
        return parse_object(value, depth + 1);
      case '[':
        return parse_array(value, depth + 1);
      case '"':
        value.kind_ = JsonKind::kString;
        value.text_ = parse_string();
        return;
      default:
        if (peek() == '-' || is_digit(peek())) return parse_number(value);
        if (is_letter(peek())) return parse_word(value);
        fail(at_, fmt::format("expected a value, found {}", found()));
    }
  }

  void enter(std::size_t depth) {
    if (depth > max_depth_) {
      fail(at_,
           fmt::format("nested too deeply: more than {} brackets within brackets", max_depth_));
    }
    ++at_;
    skip_blanks();
  }

  void parse_object(SlowValue& value, std::size_t depth) {
    value.kind_ = JsonKind::kObject;
    enter(depth);
    if (take('}')) return;
    while (true) {
      if (peek() != '"') fail(at_, fmt::format("expected a key in quotes, found {}", found()));
      SlowValue::Field& field = value.fields_.emplace_back();
      field.key = parse_string();
      skip_blanks();
      if (!take(':'))
        fail(at_, fmt::format("expected ':' after the key '{}', found {}", field.key, found()));
      skip_blanks();
      parse_value(field.value, depth);
      skip_blanks();
      if (take('}')) return;
      next_member('}');
    }
  }

  void parse_array(SlowValue& value, std::size_t depth) {
    value.kind_ = JsonKind::kArray;
    enter(depth);
    if (take(']')) return;
    while (true) {
      parse_value(value.elements_.emplace_back(), depth);
      skip_blanks();
      if (take(']')) return;
      next_member(']');
    }
  }

  void next_member(char end) {
    if (!take(',')) fail(at_, fmt::format("expected ',' or '{}', found {}", end, found()));
    skip_blanks();
    if (peek() == end) fail(at_, fmt::format("a comma stands before '{}'", end));
  }

  bool take(char expected) {
    if (peek() != expected || at_end()) return false;
    ++at_;
    return true;
  }

  void parse_word(SlowValue& value) {
    const std::size_t start = at_;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '_') ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "null") {
      value.kind_ = JsonKind::kNull;
    } else if (word == "true") {
      value.kind_ = JsonKind::kTrue;
    } else if (word == "false") {
      value.kind_ = JsonKind::kFalse;
    } else if (word == "NaN" || word == "Infinity") {
      refuse_not_finite(start, word);
    } else {
      fail(start, fmt::format("expected a value, found '{}'", word.substr(0, kTokenShown)));
    }
  }

  [[noreturn]] void refuse_not_finite(std::size_t start, std::string_view word) const {
    fail(start, fmt::format("{} is not a JSON number", word), "write null, or a string");
  }

  void parse_number(SlowValue& value) {
    const std::size_t start = at_;
    const bool negative = take('-');
    if (negative && text_.substr(at_).starts_with("Infinity"))
      refuse_not_finite(start, "-Infinity");
    if (peek() == '0') {
      ++at_;
      if (is_digit(peek())) fail(start, "a number begins with a superfluous 0");
    } else {
      digits(start, "a digit");
    }
    bool integer = true;
    if (take('.')) {
      integer = false;
      digits(start, "a digit after '.'");
    }
    if (take('e') || take('E')) {
      integer = false;
      if (!take('+')) take('-');
      digits(start, "a digit in the exponent");
    }
    if (is_letter(peek()) || peek() == '.' || peek() == '_') {
      fail(start, fmt::format("not a number: '{}{}'",
                              text_.substr(start, std::min(at_ - start, kTokenShown)), peek()));
    }
    const std::string_view number = text_.substr(start, at_ - start);
    if (integer) {
      store_integer(value, number);
    } else {
      store_double(value, number, start);
    }
  }

  void digits(std::size_t start, std::string_view what) {
    if (!is_digit(peek()))
      fail(start, fmt::format("not a number: expected {}, found {}", what, found()));
    while (is_digit(peek())) ++at_;
  }

  static void store_integer(SlowValue& value, std::string_view number) {
    const char* const end = number.data() + number.size();
    std::int64_t small = 0;
    if (std::from_chars(number.data(), end, small).ec == std::errc{}) {
      value.kind_ = JsonKind::kInt64;
      value.bits_ = static_cast<std::uint64_t>(small);
    } else if (number.front() != '-' &&
               std::from_chars(number.data(), end, value.bits_).ec == std::errc{}) {
      value.kind_ = JsonKind::kUint64;
    } else {
      value.kind_ = JsonKind::kBigInteger;
      value.text_ = number;
    }
  }

  void store_double(SlowValue& value, std::string_view number, std::size_t start) const {
    double result = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), result);
    if (parsed.ec == std::errc::result_out_of_range) {
      if (is_huge(number)) {
        fail(start,
             fmt::format("the number {} is beyond the range of a double",
                         number.substr(0, kTokenShown)),
             "write it as a string");
      }
      result = number.front() == '-' ? -0.0 : 0.0;
    }
    value.kind_ = JsonKind::kDouble;
    value.bits_ = std::bit_cast<std::uint64_t>(result);
  }

  std::string parse_string() {
    const std::size_t start = at_++;
    std::string result;
    while (true) {
      const std::size_t plain = at_;
      while (!at_end() && is_plain(text_[at_])) ++at_;
      result += text_.substr(plain, at_ - plain);
      if (at_end()) fail(start, "the string that begins here is not closed");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return result;
      }
      if (c == '\\') {
        parse_escape(result, start);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        fail(at_,
             fmt::format("a control character stands in a string: {} must be written as \\u{:04x}",
                         shown(at_), c));
      } else {
        const std::size_t from = at_;
        static_cast<void>(next_code_point(text_, at_));
        if (at_ - from == 1) {
          fail(from, fmt::format("not UTF-8: {} in a string", shown(from)),
               "convert the input to UTF-8");
        }
        result += text_.substr(from, at_ - from);
      }
    }
  }

  void parse_escape(std::string& result, std::size_t start) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t escape = at_++;
    if (at_end()) fail(start, "the string that begins here is not closed");
    const char letter = text_[at_++];
    if (letter != 'u') {
      const std::size_t index = kLetters.find(letter);
      if (index == std::string_view::npos)
        fail(escape, fmt::format("not an escape: '\\' before {}", shown(at_ - 1)));
      result += kMeanings[index];
      return;
    }
    std::uint32_t code_point = hex_digits(escape);
    if (code_point >= 0xD800 && code_point < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      const std::size_t second = at_;
      at_ += 2;
      const std::uint32_t low = hex_digits(second);
      if (low >= 0xDC00 && low < 0xE000) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
      }
    }
    if (code_point >= 0xD800 && code_point < 0xE000) {
      fail(escape, fmt::format("'\\u{:04x}' is half of a surrogate pair, the other half is missing",
                               code_point));
    }
    append_code_point(result, code_point);
  }

  std::uint32_t hex_digits(std::size_t escape) {
    std::uint32_t value = 0;
    const std::string_view four = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(four.data(), four.data() + four.size(), value, 16);
    if (error != std::errc{} || end != four.data() + 4)
      fail(escape, "expected four hexadecimal digits after '\\u'");
    at_ += 4;
    return value;
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
};

SlowValue parse_slow(std::string_view record, std::size_t max_depth) {
  return SlowParser(record, max_depth).parse();
}

}  // namespace dlt
