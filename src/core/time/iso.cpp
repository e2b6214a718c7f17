// SPDX-License-Identifier: Apache-2.0
#include "core/time/iso.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "core/number_text.hpp"
#include "core/text/unicode.hpp"
#include "core/time/calendar.hpp"

namespace dlt {
namespace {

constexpr std::int32_t kMaxOffsetMinutes = 24 * 60;

/// What was read, not yet checked against the calendar.
struct Fields {
  bool has_date = false;
  bool has_time = false;
  CivilDate date = {.year = 0};
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int32_t nanoseconds = 0;
  std::optional<std::int32_t> offset = {};
  bool cut = false;
};

/// The moment of a date and a time, if the calendar has it.
std::optional<Timestamp> to_timestamp(const Fields& fields) {
  if (!is_civil(fields.date)) return {};
  const std::int64_t local = days_from_civil(fields.date) * kSecondsPerDay + fields.hour * 3600 +
                             fields.minute * 60 + fields.second;
  const std::int64_t seconds = local - fields.offset.value_or(0) * 60;
  if (seconds < kMinSeconds || seconds > kMaxSeconds) return {};
  return Timestamp{
      .seconds = seconds, .nanoseconds = fields.nanoseconds, .utc_offset_minutes = fields.offset};
}

Time to_time(const Fields& fields) {
  std::int64_t seconds =
      fields.hour * 3600 + fields.minute * 60 + fields.second - fields.offset.value_or(0) * 60;
  seconds = (seconds + kSecondsPerDay) % kSecondsPerDay;
  return {.nanoseconds = seconds * kNanosecondsPerSecond + fields.nanoseconds};
}

std::optional<IsoValue> check(const Fields& fields) {
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 59) return {};
  const std::int32_t offset = fields.offset.value_or(0);
  if (offset < -kMaxOffsetMinutes || offset > kMaxOffsetMinutes) return {};
  if (fields.has_date && fields.has_time) {
    const auto timestamp = to_timestamp(fields);
    if (!timestamp) return {};
    return IsoValue{.value = *timestamp, .cut = fields.cut};
  }
  if (fields.has_time) return IsoValue{.value = to_time(fields), .cut = fields.cut};
  if (!is_civil(fields.date)) return {};
  return IsoValue{.value = Date{days_from_civil(fields.date)}};
}

/// Reads a text from left to right; what does not come returns false and leaves the rest undefined.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  bool at(char character) const { return !at_end() && text_[position_] == character; }
  bool at_digit() const { return !at_end() && is_ascii_digit(text_[position_]); }
  bool accept(char character) {
    if (!at(character)) return false;
    ++position_;
    return true;
  }
  bool accept_any(std::string_view characters) {
    if (at_end() || characters.find(text_[position_]) == std::string_view::npos) return false;
    ++position_;
    return true;
  }
  /// Exactly `count` digits.
  bool number(int count, int& value) {
    value = 0;
    for (; count > 0; --count) {
      if (!at_digit()) return false;
      value = value * 10 + (text_[position_++] - '0');
    }
    return true;
  }
  /// At least one digit, and at most `most`, as many as there are.
  bool number_up_to(int most, int& value) {
    if (!number(1, value)) return false;
    for (int count = 1; count < most && at_digit(); ++count)
      value = value * 10 + (text_[position_++] - '0');
    return true;
  }
  /// At least one digit of a fraction; those beyond nanoseconds are passed over.
  bool fraction(Fields& fields) {
    if (!at_digit()) return false;
    std::int32_t unit = 100'000'000;
    fields.nanoseconds = 0;
    for (; at_digit(); ++position_, unit /= 10) {
      const std::int32_t digit = text_[position_] - '0';
      fields.nanoseconds += digit * unit;
      if (unit == 0 && digit != 0) fields.cut = true;
    }
    return true;
  }
  std::size_t position() const { return position_; }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

/// ISO 8601 as pendulum 3 takes it. "Extended" is the form with separators; date and time must both
/// have it or both not, which pendulum looks at only when there are seconds (extended) or minutes
/// (basic).
class IsoReader {
 public:
  explicit IsoReader(std::string_view text) : in_(text) {}

  std::optional<Fields> read() {
    if (!(in_.at('T') ? separated_time() : date_or_time()) || !in_.at_end()) return {};
    return fields_;
  }

 private:
  bool date_or_time() {
    int first = 0;
    if (!in_.number(2, first)) return false;
    if (in_.at(':')) {
      extended_ = true;
      fields_.hour = first;
      return after_hour();
    }
    int second = 0;
    if (!in_.number(2, second)) return false;
    fields_.has_date = true;
    fields_.date.year = first * 100 + second;
    extended_ = in_.accept('-');
    if (!(in_.accept('W') ? week_date() : calendar_date())) return false;
    return in_.at_end() || separated_time();
  }

  bool date_ends() const { return in_.at_end() || in_.at(' ') || in_.at('T'); }

  bool week_date() {
    int week = 0;
    int weekday = 1;
    if (!in_.number(2, week)) return false;
    if (!date_ends()) {
      if (extended_ && !in_.accept('-')) return false;
      if (!in_.number(1, weekday)) return false;
    }
    const int year = fields_.date.year;
    if (year < kMinYear || week > weeks_in_year(year) || weekday > 7) return false;
    // Week 1 is the one that has January 4.
    const std::int32_t january_4 = days_from_civil({year, 1, 4});
    fields_.date = civil_from_days(january_4 - iso_weekday(january_4) + 7 * (week - 1) + weekday);
    return true;
  }

  static int weeks_in_year(int year) {
    // A year has 53 weeks when its last Thursday's week would be the 53rd: it starts or ends on a
    // Thursday.
    const bool starts = iso_weekday(days_from_civil({year, 1, 1})) == 4;
    const bool ends = iso_weekday(days_from_civil({year, 12, 31})) == 4;
    return starts || ends ? 53 : 52;
  }

  bool calendar_date() {
    int month = 0;
    if (!in_.number(2, month)) return false;
    fields_.date.month = month;
    if (extended_) {
      if (date_ends()) return true;
      if (in_.accept('-')) return in_.number(2, fields_.date.day);
      int last = 0;
      return in_.number(1, last) && ordinal_date(month * 10 + last);
    }
    int third = 0;
    if (!in_.number(1, third)) return false;
    if (date_ends()) return ordinal_date(month * 10 + third);
    int last = 0;
    if (!in_.number(1, last)) return false;
    fields_.date.day = third * 10 + last;
    return true;
  }

  bool ordinal_date(int day_of_year) {
    const int year = fields_.date.year;
    if (day_of_year < 1 || day_of_year > days_in_year(year)) return false;
    fields_.date = civil_from_days(days_from_civil({year, 1, 1}) + day_of_year - 1);
    return true;
  }

  bool separated_time() {
    return in_.accept_any("T ") && in_.number(2, fields_.hour) && after_hour();
  }

  bool zone_or_end() const { return in_.at_end() || in_.at('Z') || in_.at('+') || in_.at('-'); }

  bool after_hour() {
    fields_.has_time = true;
    if (!zone_or_end() && !(in_.at(':') ? extended_minutes() : basic_minutes())) return false;
    return in_.at_end() || zone();
  }

  bool extended_minutes() {
    if (!in_.accept(':') || !in_.number(2, fields_.minute)) return false;
    if (zone_or_end()) return true;
    return extended_ && in_.accept(':') && seconds();
  }

  bool basic_minutes() {
    if (extended_ || !in_.number(2, fields_.minute)) return false;
    return zone_or_end() || seconds();
  }

  bool seconds() {
    if (!in_.number(2, fields_.second)) return false;
    return !in_.accept_any(".,") || in_.fraction(fields_);
  }

  bool zone() {
    if (in_.accept('Z')) {
      fields_.offset = 0;
      return true;
    }
    const bool negative = in_.at('-');
    int hours = 0;
    int minutes = 0;
    if (!in_.accept_any("+-") || !in_.number(2, hours)) return false;
    in_.accept(':');
    if (!in_.at_end() && !in_.number(2, minutes)) return false;
    const std::int32_t offset = hours * 60 + minutes;
    fields_.offset = negative ? -offset : offset;
    return true;
  }

  Scanner in_;
  Fields fields_;
  bool extended_ = false;
};

/// pendulum's second parser: [YYYY[[/:]MM[/:]DD]][ ][H]H:[M]M[:[S]S][.f]
class CommonReader {
 public:
  static std::optional<Fields> read(std::string_view text) {
    for (const bool with_month : {true, false}) {
      Scanner in(text);
      Fields fields{.has_date = true};
      if (in.number(4, fields.date.year) && (!with_month || month_and_day(in, fields)) &&
          time(in, fields))
        return fields;
    }
    Scanner in(text);
    Fields fields;
    if (time(in, fields) && fields.has_time) return fields;
    return {};
  }

 private:
  static bool month_and_day(Scanner& in, Fields& fields) {
    in.accept_any("/:");
    if (!in.number(2, fields.date.month)) return false;
    in.accept_any("/:");
    return in.number(2, fields.date.day);
  }

  static bool time(Scanner& in, Fields& fields) {
    if (in.at_end()) return true;
    in.accept(' ');
    fields.has_time = true;
    if (!in.number_up_to(2, fields.hour) || !in.accept(':') || !in.number_up_to(2, fields.minute))
      return false;
    if (in.accept(':') && !in.number_up_to(2, fields.second)) return false;
    if (in.accept_any(".,|")) {
      const std::size_t start = in.position();
      if (!in.fraction(fields) || in.position() - start > 9) return false;
    }
    return in.at_end();
  }
};

/// The common forms take any script's digits. Longer text than this is none of them.
constexpr std::size_t kLongestCommon = sizeof "2024/01/31 12:30:00.123456789" - 1;

std::optional<IsoValue> parse_common(std::string_view text) {
  std::array<char, kLongestCommon> ascii;
  const auto digits = ascii_digits(text, ascii);
  if (!digits) return {};
  const auto fields = CommonReader::read(*digits);
  return fields ? check(*fields) : std::nullopt;
}

/// Eight bytes as one number, the first byte lowest.
std::uint64_t load(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

/// Eight characters that were compared with a form by exclusive or: digits with '0', separators
/// with themselves. Whether all fit, with `separators` having all bits where the form has a
/// separator.
constexpr bool fits(std::uint64_t difference, std::uint64_t separators) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  constexpr std::uint64_t kCarryAboveNine = 0x7676767676767676;
  return (((difference + kCarryAboveNine) | difference) & kHighBits) == 0 &&
         (difference & separators) == 0;
}

/// In each byte of eight digits ten times it and the next one.
constexpr std::uint64_t pairs(std::uint64_t digits) { return digits * 10 + (digits >> 8); }

constexpr int byte_of(std::uint64_t bytes, int index) {
  return static_cast<int>(bytes >> (8 * index) & 0xFF);
}

// By digits of the fraction that were read; none is not a fraction.
constexpr std::array<std::uint32_t, 10> kScale = {
    0, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};

/// "YYYY-MM-DD[T ]HH:MM:SS[.f][Z|+hh:mm]"; whatever is not exactly that is left to the general
/// parser.
bool read_usual(std::string_view text, IsoTimestamp& out) {
  constexpr std::size_t kWithoutFraction = sizeof "YYYY-MM-DDTHH:MM:SS" - 1;
  if (text.size() < kWithoutFraction) return false;
  const char* const at = text.data();
  constexpr std::uint64_t kBlankForT = std::uint64_t{'T' ^ ' '} << 16;
  const std::uint64_t first = load(at) ^ load("0000-00-");
  std::uint64_t second = load(at + 8) ^ load("00T00:00");
  if (at[10] == ' ') second ^= kBlankForT;
  const std::uint64_t third = load(at + 11) ^ load("00:00:00");
  if (!fits(first, 0xFF0000FF00000000) || !fits(second, 0x0000FF0000FF0000) ||
      !fits(third, 0x0000FF0000FF0000)) {
    return false;
  }
  const std::uint64_t year_month = pairs(first);
  const std::uint64_t time = pairs(third);
  const CivilDate date{.year = byte_of(year_month, 0) * 100 + byte_of(year_month, 2),
                       .month = byte_of(year_month, 5),
                       .day = byte_of(pairs(second), 0)};
  const int hour = byte_of(time, 0);
  const int minute = byte_of(time, 3);
  const int second_of_minute = byte_of(time, 6);
  if (!is_civil(date) || hour > 23 || minute > 59 || second_of_minute > 59) return false;
  std::int64_t seconds =
      days_from_civil(date) * kSecondsPerDay + hour * 3600 + minute * 60 + second_of_minute;
  std::size_t position = kWithoutFraction;
  std::uint32_t nanoseconds = 0;
  if (position < text.size() && text[position] == '.') {
    const std::size_t start = ++position;
    while (position < text.size() && is_ascii_digit(text[position]) && position - start < 9) {
      nanoseconds = nanoseconds * 10 + static_cast<std::uint32_t>(text[position++] - '0');
    }
    const std::uint32_t scale = kScale[position - start];
    if (scale == 0) return false;
    nanoseconds *= scale;
  }
  std::optional<std::int32_t> offset;
  if (position + 1 == text.size() && text[position] == 'Z') {
    offset = 0;
  } else if (position + 6 == text.size() && (text[position] == '+' || text[position] == '-') &&
             text[position + 3] == ':') {
    int hours = 0;
    int minutes = 0;
    Scanner zone(text.substr(position + 1));
    if (!zone.number(2, hours) || !zone.accept(':') || !zone.number(2, minutes)) return false;
    const std::int32_t distance = hours * 60 + minutes;
    if (distance > kMaxOffsetMinutes) return false;
    offset = text[position] == '-' ? -distance : distance;
    seconds -= *offset * 60;
    if (seconds < kMinSeconds || seconds > kMaxSeconds) return false;
  } else if (position != text.size()) {
    return false;
  }
  // Member by member: a whole written in parts and then copied would wait for the parts.
  out.value.seconds = seconds;
  out.value.nanoseconds = static_cast<std::int32_t>(nanoseconds);
  out.value.utc_offset_minutes = offset;
  return true;
}

}  // namespace

std::optional<IsoValue> parse_iso(std::string_view text) {
  if (const auto fields = IsoReader(text).read()) {
    if (auto value = check(*fields)) return value;
  }
  return parse_common(text);
}

namespace {

[[gnu::noinline]] std::optional<IsoTimestamp> parse_general_timestamp(std::string_view text) {
  const auto value = parse_iso(text);
  if (!value) return {};
  const auto* timestamp = std::get_if<Timestamp>(&value->value);
  if (timestamp == nullptr) return {};
  return IsoTimestamp{.value = *timestamp, .cut = value->cut};
}

}  // namespace

std::optional<IsoTimestamp> parse_iso_timestamp(std::string_view text) {
  constexpr std::size_t kShortest = sizeof "2024 1:5" - 1 - 1;  // The blank may be missing.
  if (text.size() < kShortest ||
      (!is_ascii_digit(text[0]) && static_cast<unsigned char>(text[0]) < 0x80))
    return {};
  std::optional<IsoTimestamp> result;
  if (!read_usual(text, result.emplace())) result = parse_general_timestamp(text);
  return result;
}

}  // namespace dlt
