// SPDX-License-Identifier: Apache-2.0
#include "core/time/format.hpp"

#include <dlt/error.hpp>
#include <fmt/format.h>

#include "core/time/calendar.hpp"

namespace dlt {
namespace {

char* put_two(char* out, int value) {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

char* put_date(char* out, std::int32_t days) {
  const CivilDate date = civil_from_days(days);
  out = put_two(out, date.year / 100);
  out = put_two(out, date.year % 100);
  *out++ = '-';
  out = put_two(out, date.month);
  *out++ = '-';
  return put_two(out, date.day);
}

char* put_time(char* out, int seconds_of_day, std::int32_t nanoseconds) {
  out = put_two(out, seconds_of_day / 3600);
  *out++ = ':';
  out = put_two(out, seconds_of_day / 60 % 60);
  *out++ = ':';
  out = put_two(out, seconds_of_day % 60);
  if (nanoseconds == 0) return out;
  const bool micro = nanoseconds % 1000 == 0;
  int rest = micro ? nanoseconds / 1000 : nanoseconds;
  char* const end = out + 1 + (micro ? 6 : 9);
  *out = '.';
  for (char* digit = end; --digit != out; rest /= 10) *digit = static_cast<char>('0' + rest % 10);
  return end;
}

char* put_offset(char* out, std::int32_t minutes) {
  *out++ = minutes < 0 ? '-' : '+';
  const int distance = minutes < 0 ? -minutes : minutes;
  out = put_two(out, distance / 60);
  *out++ = ':';
  return put_two(out, distance % 60);
}

constexpr std::size_t kLongest = sizeof "2024-01-31T12:30:00.123456789+00:00";

}  // namespace

void append_iso(std::string& out, const Date& value) {
  if (value.days < kMinDays || value.days > kMaxDays) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a date must lie in the years 1 to 9999: {} days since 1970-01-01",
                            value.days));
  }
  char text[kLongest];
  out.append(text, put_date(text, value.days));
}

void append_iso(std::string& out, const Time& value) {
  if (value.nanoseconds < 0 || value.nanoseconds >= kNanosecondsPerDay) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a time must lie within a day: {} nanoseconds since midnight",
                            value.nanoseconds));
  }
  char text[kLongest];
  out.append(text, put_time(text, static_cast<int>(value.nanoseconds / kNanosecondsPerSecond),
                            static_cast<std::int32_t>(value.nanoseconds % kNanosecondsPerSecond)));
}

void append_iso(std::string& out, const Timestamp& value) {
  const std::int32_t offset = value.utc_offset_minutes.value_or(0);
  constexpr std::int32_t kMaxOffset = 24 * 60;
  const bool fits = value.seconds >= kMinSeconds && value.seconds <= kMaxSeconds &&
                    value.nanoseconds >= 0 && value.nanoseconds < kNanosecondsPerSecond &&
                    offset >= -kMaxOffset && offset <= kMaxOffset;
  const std::int64_t local = fits ? value.seconds + offset * 60 : kMinSeconds - 1;
  if (local < kMinSeconds || local > kMaxSeconds) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a timestamp must lie in the years 1 to 9999 and have an offset of at "
                            "most a day: {} seconds, "
                            "{} nanoseconds, offset {} minutes",
                            value.seconds, value.nanoseconds, offset));
  }
  const std::int32_t days = day_of_second(local);
  char text[kLongest];
  char* end = put_date(text, days);
  *end++ = 'T';
  end = put_time(end, static_cast<int>(local - days * kSecondsPerDay), value.nanoseconds);
  if (value.utc_offset_minutes) end = put_offset(end, offset);
  out.append(text, end);
}

}  // namespace dlt
