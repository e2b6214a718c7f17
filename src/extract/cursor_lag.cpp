// SPDX-License-Identifier: Apache-2.0
#include "extract/cursor_lag.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "core/int128.hpp"
#include "core/time/calendar.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

[[noreturn]] void refuse_lag(const CursorValue& value, std::string_view why) {
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("no lag is possible for this cursor: {}: {}", value.describe(), why),
              "lag is for numbers, timestamps, dates, and text that is one of these in ISO form");
}

/// Seconds since 1970 on the clock that the text or the value shows.
struct LocalTime {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  std::int32_t days() const { return day_of_second(seconds); }
  bool is_in_calendar() const { return seconds >= kMinSeconds && seconds <= kMaxSeconds; }
};

LocalTime add_seconds(LocalTime time, double lag) {
  // What is further away than the calendar is long leaves it anyway.
  const double whole = std::clamp(std::floor(lag), -1e12, 1e12);
  // Microseconds, as Python's timedelta has them.
  const auto fraction = static_cast<std::int64_t>(std::llround((lag - std::floor(lag)) * 1e6));
  time.seconds += static_cast<std::int64_t>(whole);
  time.nanoseconds += fraction * 1000;
  if (time.nanoseconds >= kNanosecondsPerSecond) {
    time.nanoseconds -= kNanosecondsPerSecond;
    ++time.seconds;
  }
  return time;
}

std::int64_t whole_days(const CursorValue& value, double lag) {
  if (lag != std::floor(lag) || std::abs(lag) > 1e7)
    refuse_lag(value, fmt::format("a date moves by whole days, not {}", lag));
  return static_cast<std::int64_t>(lag);
}

// --- text

/// A form of dates and times: digits as 'd', a fraction as 'f', an offset as 'z'.
struct TimeForm {
  std::string shape;
  int fraction_digits = 0;
  std::string_view offset = {};
  bool has_colon = false;  // in the offset
};

bool is_lag_digit(char c) { return c >= '0' && c <= '9'; }

TimeForm form_of(std::string_view text) {
  TimeForm form;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool after_time = form.shape.size() > 16;
    if (is_lag_digit(c)) {
      form.shape += 'd';
    } else if (c == '.' && after_time) {
      while (i + 1 < text.size() && is_lag_digit(text[i + 1])) {
        ++i;
        ++form.fraction_digits;
      }
      form.shape += 'f';
    } else if (after_time && (c == 'Z' || c == '+' || c == '-')) {
      form.offset = text.substr(i);
      form.shape += 'z';
      return form;
    } else {
      form.shape += c;
    }
  }
  return form;
}

int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char digit : text.substr(at, count)) value = value * 10 + (digit - '0');
  return value;
}

std::int32_t monday_of_week_one(int year) {
  const std::int32_t fourth = days_from_civil({year, 1, 4});
  return fourth - (iso_weekday(fourth) - 1);
}

constexpr std::string_view kDay = "dddd-dd-dd";
constexpr std::string_view kCompactDay = "dddddddd";

/// Whether an offset is one: "Z", "+01:00", "+0100".
bool is_offset(std::string_view text) {
  if (text.empty() || text == "Z") return true;
  const std::string_view rest = text.substr(1);
  const auto all_digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), is_lag_digit);
  };
  if (rest.size() == 4) return all_digits(rest);
  return rest.size() == 5 && rest[2] == ':' && all_digits(rest.substr(0, 2)) &&
         all_digits(rest.substr(3));
}

/// The moment that a text of this form shows; empty when the form is none that is known.
std::optional<LocalTime> read(std::string_view text, const TimeForm& form) {
  if (!is_offset(form.offset)) return {};
  std::string_view shape = form.shape;
  while (!shape.empty() && (shape.back() == 'z' || shape.back() == 'f')) shape.remove_suffix(1);
  LocalTime time;
  CivilDate date{.year = digits_at(text, 0, 4)};
  std::int64_t days = 0;
  if (shape == "dddd-Wdd" || shape == "dddd-Wdd-d") {
    const int day = shape.size() > 8 ? digits_at(text, 9, 1) : 1;
    if (date.year < kMinYear || day < 1 || day > 7) return {};
    days = monday_of_week_one(date.year) + (digits_at(text, 6, 2) - 1) * 7 + day - 1;
  } else if (shape == "dddd-ddd") {
    if (date.year < kMinYear) return {};
    days = days_from_civil(date) + digits_at(text, 5, 3) - 1;
  } else {
    const bool compact = shape == kCompactDay || shape == "dddddd";
    const bool known = compact || shape == "dddd" || shape == "dddd-dd" || shape == kDay ||
                       shape == "dddd-dd-ddTdd" || shape == "dddd-dd-ddTdd:dd" ||
                       shape == "dddd-dd-ddTdd:dd:dd" || shape == "dddd-dd-dd dd:dd:dd";
    if (!known) return {};
    const std::size_t gap = compact ? 0 : 1;
    if (shape.size() >= 6) date.month = digits_at(text, 4 + gap, 2);
    if (shape.size() >= 8) date.day = digits_at(text, 6 + 2 * gap, 2);
    if (!is_civil(date)) return {};
    days = days_from_civil(date);
    const auto part = [&](std::size_t at) {
      return shape.size() > at ? digits_at(text, at, 2) : 0;
    };
    if (!compact) time.seconds = part(11) * 3600 + part(14) * 60 + part(17);
  }
  time.seconds += days * kSecondsPerDay;
  std::int64_t unit = kNanosecondsPerSecond;
  for (int i = 0; i < std::min(form.fraction_digits, 9); ++i) {
    unit /= 10;
    time.nanoseconds += digits_at(text, 20 + static_cast<std::size_t>(i), 1) * unit;
  }
  if (!time.is_in_calendar()) return {};
  return time;
}

std::string write(const LocalTime& time, const TimeForm& form) {
  const std::int32_t days = time.days();
  const CivilDate date = civil_from_days(days);
  const auto of_day = static_cast<int>(time.seconds - days * kSecondsPerDay);
  const std::string& shape = form.shape;
  if (shape.starts_with("dddd-W")) {
    const int weekday = iso_weekday(days);
    // The year of a week is that of its Thursday.
    const int year = civil_from_days(days - weekday + 4).year;
    const int week = (days - monday_of_week_one(year)) / 7 + 1;
    return shape.size() > 8 ? fmt::format("{:04}-W{:02}-{}", year, week, weekday)
                            : fmt::format("{:04}-W{:02}", year, week);
  }
  if (shape == "dddd-ddd") {
    return fmt::format("{:04}-{:03}", date.year, days - days_from_civil({date.year, 1, 1}) + 1);
  }
  if (shape == kCompactDay) return fmt::format("{:04}{:02}{:02}", date.year, date.month, date.day);
  if (shape == "dddddd") return fmt::format("{:04}{:02}", date.year, date.month);
  std::string text = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
  if (shape.size() > text.size()) {
    text +=
        fmt::format("{}{:02}:{:02}:{:02}", shape[10], of_day / 3600, of_day / 60 % 60, of_day % 60);
    if (form.fraction_digits > 0) {
      const std::string digits = fmt::format("{:09}", time.nanoseconds);
      text += '.';
      for (int i = 0; i < form.fraction_digits; ++i)
        text += i < 9 ? digits[static_cast<std::size_t>(i)] : '0';
    }
  }
  const std::size_t length = std::min(
      text.size(), form.fraction_digits > 0 || !form.offset.empty() ? text.size() : shape.size());
  return text.substr(0, length) + std::string(form.offset);
}

CursorValue shifted_text(const CursorValue& value, double lag) {
  const TimeForm form = form_of(value.text());
  const std::optional<LocalTime> time = read(value.text(), form);
  if (!time) refuse_lag(value, "the text is no date or time");
  const bool is_day = form.shape == kDay || form.shape == kCompactDay;
  const LocalTime moved =
      is_day ? LocalTime{.seconds = time->seconds + whole_days(value, lag) * kSecondsPerDay}
             : add_seconds(*time, lag);
  if (!moved.is_in_calendar()) refuse_lag(value, "it leaves the years 1 to 9999");
  return CursorValue(Json(write(moved, form)));
}

// --- numbers

CursorValue shifted_integer(const CursorValue& value, double lag) {
  if (lag == std::floor(lag) && std::abs(lag) < 9e18) {
    const Int128 moved = Int128{value.integer()} + static_cast<std::int64_t>(lag);
    if (moved < INT64_MIN || moved > INT64_MAX) refuse_lag(value, "it leaves the 64 bits");
    return CursorValue(Json(static_cast<std::int64_t>(moved)));
  }
  const double moved = static_cast<double>(value.integer()) + lag;
  if (std::abs(moved) >= 9e18) refuse_lag(value, "it leaves the 64 bits");
  return CursorValue(Json(static_cast<std::int64_t>(moved)));
}

CursorValue shifted_decimal(const CursorValue& value, double lag) {
  const std::optional<Decimal> step = parse_decimal(fmt::format("{}", lag));
  const int scale = std::max({0, -value.decimal().exponent, step ? -step->exponent : 0});
  constexpr int kDigits = 38;
  if (!step || scale > kDigits) refuse_lag(value, "too many digits");
  const ScaledDecimal a = scale_decimal(value.decimal(), kDigits, scale);
  const ScaledDecimal b = scale_decimal(*step, kDigits, scale);
  if (a.fit != Fit::kExact || b.fit != Fit::kExact) refuse_lag(value, "too many digits");
  Int128 sum = a.value + b.value;
  Decimal moved{.negative = sum < 0, .digits = {}, .exponent = -scale};
  for (sum = sum < 0 ? -sum : sum; sum != 0; sum /= 10)
    moved.digits.insert(moved.digits.begin(), static_cast<char>('0' + static_cast<int>(sum % 10)));
  if (moved.digits.empty()) moved = {};
  return CursorValue(Json(moved));
}

CursorValue shifted_timestamp(const CursorValue& value, double lag) {
  const Timestamp& time = value.timestamp();
  const LocalTime moved =
      add_seconds({.seconds = time.seconds, .nanoseconds = time.nanoseconds}, lag);
  const std::int64_t offset = time.utc_offset_minutes.value_or(0) * 60;
  if (!moved.is_in_calendar() ||
      !LocalTime{.seconds = moved.seconds + offset, .nanoseconds = 0}.is_in_calendar())
    refuse_lag(value, "it leaves the years 1 to 9999");
  return CursorValue(Json(Timestamp{.seconds = moved.seconds,
                                    .nanoseconds = static_cast<std::int32_t>(moved.nanoseconds),
                                    .utc_offset_minutes = time.utc_offset_minutes}));
}

CursorValue shifted_date(const CursorValue& value, double lag) {
  const std::int64_t days = value.date().days + whole_days(value, lag);
  if (days < kMinDays || days > kMaxDays) refuse_lag(value, "it leaves the years 1 to 9999");
  return CursorValue(Json(Date{static_cast<std::int32_t>(days)}));
}

}  // namespace

CursorValue shifted(const CursorValue& value, double lag) {
  switch (value.kind()) {
    case CursorValue::Kind::kBool:
    case CursorValue::Kind::kInteger:
      return shifted_integer(value, lag);
    case CursorValue::Kind::kDouble:
      return CursorValue(Json(value.number() + lag));
    case CursorValue::Kind::kDecimal:
      return shifted_decimal(value, lag);
    case CursorValue::Kind::kText:
      return shifted_text(value, lag);
    case CursorValue::Kind::kTimestamp:
      return shifted_timestamp(value, lag);
    case CursorValue::Kind::kDate:
      return shifted_date(value, lag);
    default:
      refuse_lag(value, "it is of another type");
  }
}

}  // namespace dlt
