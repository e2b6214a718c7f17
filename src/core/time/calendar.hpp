// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace dlt {

// The proleptic Gregorian calendar, days counted from 1970-01-01. Formulas: Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms".

inline constexpr int kMinYear = 1;
inline constexpr int kMaxYear = 9999;
inline constexpr std::int64_t kSecondsPerDay = 86'400;
inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosecondsPerDay = kSecondsPerDay * kNanosecondsPerSecond;

struct CivilDate {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31

  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

// By month, from 1 on. Not inside of the functions, where the compiler would build them anew at
// each call.
inline constexpr std::array<std::int32_t, 13> kDaysOfMonth = {0,  31, 28, 31, 30, 31, 30,
                                                              31, 31, 30, 31, 30, 31};
inline constexpr std::array<std::int32_t, 13> kDaysSinceMarch = {0,   306, 337, 0,   31,  61, 92,
                                                                 122, 153, 184, 214, 245, 275};

constexpr bool is_leap_year(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_year(int year) { return is_leap_year(year) ? 366 : 365; }

constexpr int days_in_month(int year, int month) {
  return kDaysOfMonth[static_cast<std::size_t>(month)] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

constexpr bool is_civil(const CivilDate& date) {
  constexpr int kAlwaysThere = 28;
  return date.year >= kMinYear && date.year <= kMaxYear && date.month >= 1 && date.month <= 12 &&
         date.day >= 1 &&
         (date.day <= kAlwaysThere || date.day <= days_in_month(date.year, date.month));
}

/// Years 0 to 10,000, so that a neighbouring year of the calendar's first and last can be computed
/// with.
constexpr std::int32_t days_from_civil(const CivilDate& date) {
  // Years are counted from March, so that the leap day is the last; and 400 years are added, so
  // that none is negative.
  const std::int32_t year = date.year + 400 - (date.month <= 2 ? 1 : 0);
  const std::int32_t century = year / 100;
  return year * 1461 / 4 - century + century / 4 +
         kDaysSinceMarch[static_cast<std::size_t>(date.month)] + date.day - 1 - 719'468 - 146'097;
}

constexpr CivilDate civil_from_days(std::int32_t days) {
  const int shifted = days + 719'468 + 146'097;
  const int era = shifted / 146'097;
  const int day_of_era = shifted - era * 146'097;
  const int year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int month = shifted_month + (shifted_month < 10 ? 3 : -9);
  return {.year = year_of_era + (era - 1) * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

inline constexpr std::int32_t kMinDays = days_from_civil({kMinYear, 1, 1});
inline constexpr std::int32_t kMaxDays = days_from_civil({kMaxYear, 12, 31});
inline constexpr std::int64_t kMinSeconds = kMinDays * kSecondsPerDay;
inline constexpr std::int64_t kMaxSeconds = kMaxDays * kSecondsPerDay + kSecondsPerDay - 1;

/// 1 is Monday, 7 is Sunday.
constexpr int iso_weekday(std::int32_t days) { return (days + 719'162 + 7) % 7 + 1; }

/// Rounds toward the past, as a calendar needs it: -1 second lies on the day before the epoch.
constexpr std::int32_t day_of_second(std::int64_t seconds) {
  return static_cast<std::int32_t>((seconds - (seconds < 0 ? kSecondsPerDay - 1 : 0)) /
                                   kSecondsPerDay);
}

}  // namespace dlt
