// SPDX-License-Identifier: Apache-2.0
#include "core/time/calendar.hpp"

#include <gtest/gtest.h>

namespace dlt {
namespace {

struct NamedDay {
  CivilDate date;
  std::int32_t days;
  int weekday;
};

TEST(Calendar, KnowsSomeDays) {
  constexpr NamedDay kDays[] = {
      {{1, 1, 1}, -719'162, 1},       {{1582, 10, 15}, -141'427, 5}, {{1900, 2, 28}, -25'509, 3},
      {{1900, 3, 1}, -25'508, 4},     {{1969, 12, 31}, -1, 3},       {{1970, 1, 1}, 0, 4},
      {{2000, 2, 29}, 11'016, 2},     {{2024, 2, 29}, 19'782, 4},    {{2024, 12, 31}, 20'088, 2},
      {{9999, 12, 31}, 2'932'896, 5},
  };
  for (const NamedDay& day : kDays) {
    EXPECT_EQ(days_from_civil(day.date), day.days) << day.date.year;
    EXPECT_EQ(civil_from_days(day.days), day.date) << day.days;
    EXPECT_EQ(iso_weekday(day.days), day.weekday) << day.days;
  }
}

TEST(Calendar, CountsEveryDayOfTenThousandYears) {
  std::int32_t days = kMinDays;
  for (int year = kMinYear; year <= kMaxYear; ++year) {
    int in_year = 0;
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= days_in_month(year, month); ++day, ++days, ++in_year) {
        const CivilDate date{year, month, day};
        ASSERT_EQ(days_from_civil(date), days);
        ASSERT_EQ(civil_from_days(days), date);
        ASSERT_TRUE(is_civil(date));
      }
      ASSERT_FALSE(is_civil({year, month, days_in_month(year, month) + 1}));
    }
    ASSERT_EQ(in_year, days_in_year(year));
  }
  EXPECT_EQ(days, kMaxDays + 1);
}

TEST(Calendar, RefusesWhatItDoesNotHave) {
  for (const CivilDate date : {CivilDate{0, 1, 1},
                               {10'000, 1, 1},
                               {2024, 0, 1},
                               {2024, 13, 1},
                               {2024, 1, 0},
                               {2023, 2, 29},
                               {1900, 2, 29}}) {
    EXPECT_FALSE(is_civil(date)) << date.year << '-' << date.month << '-' << date.day;
  }
}

TEST(Calendar, FindsTheDayOfASecondBeforeTheEpoch) {
  EXPECT_EQ(day_of_second(0), 0);
  EXPECT_EQ(day_of_second(kSecondsPerDay - 1), 0);
  EXPECT_EQ(day_of_second(kSecondsPerDay), 1);
  EXPECT_EQ(day_of_second(-1), -1);
  EXPECT_EQ(day_of_second(-kSecondsPerDay), -1);
  EXPECT_EQ(day_of_second(-kSecondsPerDay - 1), -2);
  EXPECT_EQ(day_of_second(kMinSeconds), kMinDays);
  EXPECT_EQ(day_of_second(kMaxSeconds), kMaxDays);
}

}  // namespace
}  // namespace dlt
