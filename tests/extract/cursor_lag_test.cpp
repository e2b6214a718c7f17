// SPDX-License-Identifier: Apache-2.0
#include "extract/cursor_lag.hpp"

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "dlt/values.hpp"

namespace dlt {
namespace {

struct Row {
  Json value;
  double lag;
  Json moved;
};

Json at(const char* iso) { return *parse_timestamp(iso); }
Json day(const char* iso) { return *parse_date(iso); }
Json exact(const char* text) { return *parse_decimal(text); }

TEST(CursorLagTest, Moves) {
  for (const Row& row : {
           Row{10, -3, 7},
           Row{10, 3, 13},
           Row{10, -2.5, 7},
           Row{-10, -2.5, -12},
           Row{std::int64_t{9007199254740993}, -1, std::int64_t{9007199254740992}},
           Row{1.5, -1, 0.5},
           Row{exact("1.10"), -0.25, exact("0.85")},
           Row{exact("1"), -1, exact("0")},
           Row{exact("0.5"), -2, exact("-1.5")},
           Row{at("2024-03-01T00:00:00+00:00"), -1, at("2024-02-29T23:59:59+00:00")},
           Row{at("2024-01-01T01:30:00+02:00"), -3600, at("2024-01-01T00:30:00+02:00")},
           Row{at("2024-01-01T00:00:00"), -0.5, at("2023-12-31T23:59:59.500000")},
           Row{at("2024-01-01T00:00:00"), 1.25, at("2024-01-01T00:00:01.250000")},
           Row{day("2024-03-01"), -1, day("2024-02-29")},
           Row{"2024-01-01T00:00:00Z", -1, "2023-12-31T23:59:59Z"},
           Row{"2024-01-01T00:00:00.500Z", -1, "2023-12-31T23:59:59.500Z"},
           Row{"2024-01-01T00:00:00.5Z", -0.25, "2024-01-01T00:00:00.2Z"},
           Row{"2024-01-01T01:00:00+02:00", -3600, "2024-01-01T00:00:00+02:00"},
           Row{"2024-01-01T01:00:00-0200", -3600, "2024-01-01T00:00:00-0200"},
           Row{"2024-01-01T01:00:00.123456-02:00", 60, "2024-01-01T01:01:00.123456-02:00"},
           Row{"2024-01-01T01:00:00", -3600, "2024-01-01T00:00:00"},
           Row{"2024-01-01 01:00:00", -3600, "2024-01-01 00:00:00"},
           Row{"2024-01-01T01:00:00.25", -3600, "2024-01-01T00:00:00.25"},
           Row{"2024-01-01T01:00", -60, "2024-01-01T00:59"},
           Row{"2024-01-01T01", -3600, "2024-01-01T00"},
           Row{"2024-03-01", -1, "2024-02-29"},
           Row{"20240301", -1, "20240229"},
           Row{"2024-03", -86400, "2024-02"},
           Row{"202403", -86400, "202402"},
           Row{"2024", -86400, "2023"},
           Row{"2024-060", -86400, "2024-059"},
           Row{"2024-001", -86400, "2023-365"},
           Row{"2024-W10", -86400, "2024-W09"},
           Row{"2024-W10-1", -86400, "2024-W09-7"},
           Row{"2021-W01-1", -86400, "2020-W53-7"},
       }) {
    EXPECT_EQ(shifted(CursorValue(row.value), row.lag).to_json(), row.moved) << row.value;
  }
}

TEST(CursorLagTest, RefusesWhatCannotMove) {
  for (const Row& row : {
           Row{"soon", -1, {}},
           Row{"2024-13-01", -1, {}},
           Row{"2024-01-01T00:00:00+1", -1, {}},
           Row{"2024-01-01T00:00:00 UTC", -1, {}},
           Row{"10", -1, {}},
           Row{"0001-01-01", -1, {}},
           Row{day("2024-03-01"), -0.5, {}},
           Row{"2024-03-01", -0.5, {}},
           Row{day("0001-01-01"), -1, {}},
           Row{at("0001-01-01T00:00:00Z"), -1, {}},
           Row{at("2024-01-01T00:00:00Z"), -1e300, {}},
           Row{std::int64_t{INT64_MIN}, -1, {}},
           Row{1, -1e300, {}},
           Row{exact("1e50"), -1, {}},
           Row{Json::array({1}), -1, {}},
           Row{Json(*parse_time("10:00:00")), -1, {}},
       }) {
    const Error error = thrown_by([&] { shifted(CursorValue(row.value), row.lag); });
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << row.value;
    EXPECT_TRUE(error.message().starts_with("no lag is possible for this cursor: ")) << row.value;
  }
}

}  // namespace
}  // namespace dlt
