// SPDX-License-Identifier: Apache-2.0
#include "extract/incremental_filter.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "dlt/values.hpp"
#include "extract/filtering.hpp"

namespace dlt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Rows = std::vector<std::pair<int, Json>>;

Json known(const Json& last_value, const std::vector<Json>& boundary = {}) {
  // The rows at the last value, as a run that loaded them leaves them.
  if (!boundary.empty()) return filtered({.cursor_path = "u"}, boundary).entry;
  return {{"initial_value", nullptr},
          {"last_value", last_value},
          {"unique_hashes", Json::array()},
          {"start_value", nullptr}};
}

Json at(const char* iso) { return *parse_timestamp(iso); }
Json day(const char* iso) { return *parse_date(iso); }
Json exact(const char* text) { return *parse_decimal(text); }

struct Case {
  std::string name;
  Incremental incremental;
  Json entry;
  Rows rows;
  std::string loaded;
  Json last_value;
  bool could_stop = false;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class FilterTest : public testing::TestWithParam<Case> {};

TEST_P(FilterTest, LoadsWhatIsNew) {
  const Case& test = GetParam();
  const Filtered result = filtered(test.incremental, id_and_cursor(test.rows), test.entry);
  EXPECT_EQ(result.values(), test.loaded);
  EXPECT_EQ(result.entry.at("last_value"), test.last_value);
  EXPECT_EQ(result.could_stop, test.could_stop);
}

Incremental by_u() { return {.cursor_path = "u"}; }
Incremental with(void (*change)(Incremental&)) {
  Incremental incremental = by_u();
  change(incremental);
  return incremental;
}
Incremental between(const Json& initial, const Json& end) {
  Incremental incremental = by_u();
  incremental.initial_value = initial;
  incremental.end_value = end;
  return incremental;
}
Incremental lagging(double lag, const Json& initial = {}) {
  Incremental incremental = by_u();
  incremental.lag = lag;
  incremental.initial_value = initial;
  return incremental;
}

const auto kMin = [](Incremental& i) { i.last_value_func = "min"; };
const auto kOpen = [](Incremental& i) { i.range_start = "open"; };
const auto kNoKey = [](Incremental& i) { i.primary_key = Json::array(); };

INSTANTIATE_TEST_SUITE_P(
    Rows, FilterTest,
    testing::Values(
        Case{"nothing_known", by_u(), {}, {{1, 5}, {2, 3}, {3, 5}, {4, 9}}, "1,2,3,4", 9},
        Case{"below_the_start", by_u(), known(5), {{1, 4}, {2, 6}, {3, 3}}, "2", 6},
        Case{"below_the_last_but_not_the_start", by_u(), known(5), {{1, 9}, {2, 6}}, "1,2", 9},
        Case{"loaded_at_the_start",
             by_u(),
             known(5, id_and_cursor({{1, 5}})),
             {{1, 5}, {2, 5}},
             "2",
             5},
        Case{"at_the_start_after_a_new_last",
             by_u(),
             known(5, id_and_cursor({{1, 5}})),
             {{3, 7}, {1, 5}, {2, 5}},
             "3,2",
             7},
        Case{"at_the_start_without_key", with(kNoKey), known(5), {{1, 5}, {1, 5}}, "1,1", 5},
        Case{"open_start", with(kOpen), known(5), {{1, 5}, {2, 6}, {3, 5}, {4, 6}}, "2,4", 6},
        Case{"open_start_of_nothing", with(kOpen), {}, {{1, 5}, {2, 5}}, "1,2", 5},
        Case{"initial_value",
             with([](Incremental& i) { i.initial_value = 5; }),
             {},
             {{1, 4}, {2, 5}, {3, 6}},
             "2,3",
             6},
        Case{"a_known_value_beats_the_initial_one",
             with([](Incremental& i) { i.initial_value = 1; }),
             known(5),
             {{1, 2}, {2, 6}},
             "2",
             6},
        Case{"min", with(kMin), known(5), {{1, 6}, {2, 4}, {3, 5}, {4, 2}, {5, 3}}, "2,3,4,5", 2},
        Case{"range", between(3, 7), {}, {{1, 2}, {2, 3}, {3, 6}, {4, 7}, {5, 8}}, "2,3", 6},
        Case{"range_of_the_state_does_not_count", between(3, 7), known(100), {{1, 3}}, "1", 3},
        Case{"range_with_closed_end",
             with([](Incremental& i) {
               i.initial_value = 3;
               i.end_value = 7;
               i.range_end = "closed";
             }),
             {},
             {{1, 7}, {2, 8}, {3, 3}},
             "1,3",
             7},
        Case{"range_down",
             with([](Incremental& i) {
               i.last_value_func = "min";
               i.initial_value = 7;
               i.end_value = 3;
             }),
             {},
             {{1, 8}, {2, 7}, {3, 4}, {4, 3}, {5, 2}},
             "2,3",
             4},
        Case{"ascending_leaves_the_range",
             with([](Incremental& i) {
               i.initial_value = 3;
               i.end_value = 7;
               i.row_order = "asc";
             }),
             {},
             {{1, 3}, {2, 7}},
             "1",
             3,
             true},
        Case{"ascending_below_the_start",
             with([](Incremental& i) { i.row_order = "asc"; }),
             known(5),
             {{1, 4}},
             "",
             5,
             false},
        Case{"descending_leaves_the_range",
             with([](Incremental& i) { i.row_order = "desc"; }),
             known(5),
             {{1, 9}, {2, 4}},
             "1",
             9,
             true},
        Case{"descending_meets_what_is_loaded",
             with([](Incremental& i) { i.row_order = "desc"; }),
             known(5, id_and_cursor({{1, 5}})),
             {{2, 9}, {1, 5}},
             "2",
             9,
             true},
        Case{"descending_at_an_open_start",
             with([](Incremental& i) {
               i.row_order = "desc";
               i.range_start = "open";
             }),
             known(5),
             {{2, 9}, {1, 5}},
             "2",
             9,
             true},
        Case{"lag", lagging(2), known(10), {{1, 7}, {2, 8}, {3, 9}}, "2,3", 10},
        Case{
            "lag_loads_again", lagging(2), known(10, id_and_cursor({{1, 10}})), {{1, 10}}, "1", 10},
        Case{"lag_stops_at_the_initial_value", lagging(5, 8), known(10), {{1, 7}, {2, 8}}, "2", 10},
        Case{"lag_without_a_last_value", lagging(5), {}, {{1, 7}}, "1", 7},
        Case{"lag_of_min",
             with(
                 [](Incremental& i) {
                   i.last_value_func = "min";
                   i.lag = 2;
                 }),
             known(10),
             {{1, 13}, {2, 12}},
             "2",
             10},
        Case{"lag_in_a_range_has_no_effect",
             with(
                 [](Incremental& i) {
                   i.initial_value = 10;
                   i.end_value = 20;
                   i.lag = 5;
                 }),
             {},
             {{1, 9}, {2, 11}},
             "2",
             11},
        Case{"excluded",
             with([](Incremental& i) { i.on_cursor_value_missing = "exclude"; }),
             known(5),
             {{1, nullptr}, {2, 6}},
             "2",
             6},
        Case{"included",
             with([](Incremental& i) { i.on_cursor_value_missing = "include"; }),
             known(5),
             {{1, nullptr}, {2, 6}},
             "1,2",
             6},
        Case{"text", by_u(), known("b"), {{1, "a"}, {2, "ba"}, {3, "B"}}, "2", "ba"},
        Case{"text_by_code_points",
             by_u(),
             known("\xC3\xA9"),
             {{1, "z"}, {2, "\xF0\x9F\x98\x80"}},
             "2",
             "\xF0\x9F\x98\x80"},
        Case{"doubles", by_u(), known(0.5), {{1, 0.25}, {2, 0.75}}, "2", 0.75},
        Case{"integers_and_doubles", by_u(), known(2), {{1, 1.5}, {2, 2.5}, {3, 3}}, "2,3", 3},
        Case{"integers_beyond_doubles",
             by_u(),
             known(std::int64_t{9007199254740992}),
             {{1, 9007199254740992.0}, {2, std::int64_t{9007199254740993}}},
             "1,2",
             std::int64_t{9007199254740993}},
        Case{"decimals",
             by_u(),
             known(exact("1.10")),
             {{1, exact("1.09")}, {2, exact("1.1000001")}},
             "2",
             exact("1.1000001")},
        Case{"decimals_of_any_scale_are_equal",
             with(kOpen),
             known(exact("1.10")),
             {{1, exact("1.1")}, {2, 2}},
             "2",
             2},
        Case{"dates",
             by_u(),
             known(day("2024-02-28")),
             {{1, day("2024-02-27")}, {2, day("2024-02-29")}},
             "2",
             day("2024-02-29")},
        Case{"timestamps",
             by_u(),
             known(at("2024-01-01T12:00:00+00:00")),
             {{1, at("2024-01-01T13:30:00+02:00")}, {2, at("2024-01-01T13:30:00+01:00")}},
             "2",
             at("2024-01-01T13:30:00+01:00")},
        Case{"microseconds",
             by_u(),
             known(at("2024-01-01T12:00:00.000001+00:00")),
             {{1, at("2024-01-01T12:00:00+00:00")}, {2, at("2024-01-01T12:00:00.000002+00:00")}},
             "2",
             at("2024-01-01T12:00:00.000002+00:00")},
        Case{"data_lost_its_offset",
             by_u(),
             known(at("2024-01-01T14:00:00+02:00")),
             {{1, at("2024-01-01T11:00:00")}, {2, at("2024-01-01T12:30:00")}},
             "2",
             at("2024-01-01T12:30:00")},
        Case{"data_got_an_offset",
             by_u(),
             known(at("2024-01-01T12:00:00")),
             {{1, at("2024-01-01T13:30:00+02:00")}, {2, at("2024-01-01T14:30:00+02:00")}},
             "2",
             at("2024-01-01T14:30:00+02:00")},
        Case{"lag_of_timestamps",
             lagging(3600),
             known(at("2024-01-01T12:00:00+00:00")),
             {{1, at("2024-01-01T10:59:59+00:00")}, {2, at("2024-01-01T11:00:00+00:00")}},
             "2",
             at("2024-01-01T12:00:00+00:00")},
        Case{"lag_of_timestamps_that_lost_their_offset",
             lagging(3600),
             known(at("2024-01-01T12:00:00+00:00")),
             {{1, at("2024-01-01T10:59:59")}, {2, at("2024-01-01T11:00:00")}},
             "2",
             at("2024-01-01T12:00:00")}),
    [](const auto& test) { return test.param.name; });

TEST(IncrementalFilterTest, RemembersAsDltDoes) {
  const Filtered first = filtered({.cursor_path = "u"}, id_and_cursor({{1, 10}, {2, 20}}));
  EXPECT_EQ(first.entry.dump(),
            R"({"initial_value":null,"last_value":20,"unique_hashes":["ujNdh3/t4OMnTwReuOKS"],)"
            R"("start_value":null})");
  const Filtered second =
      filtered({.cursor_path = "u"}, id_and_cursor({{2, 20}, {3, 20}, {4, 30}}), first.entry);
  EXPECT_EQ(second.values(), "3,4");
  EXPECT_EQ(second.entry.dump(),
            R"({"initial_value":null,"last_value":30,"unique_hashes":["1z5rj3qFAF8g5yrFdtye"],)"
            R"("start_value":20})");
}

TEST(IncrementalFilterTest, ARunThatLoadsNothingLeavesTheStartValue) {
  const Json entry = filtered({.cursor_path = "u"}, id_and_cursor({{1, 10}})).entry;
  EXPECT_EQ(filtered({.cursor_path = "u"}, id_and_cursor({{1, 10}, {2, 5}}), entry).entry, entry);
  EXPECT_EQ(filtered({.cursor_path = "u"}, {}, entry).entry, entry);
}

TEST(IncrementalFilterTest, ANewCursorIsKnownBeforeAnyRowCame) {
  const Filtered result = filtered({.cursor_path = "u", .initial_value = 7}, {});
  EXPECT_EQ(result.entry.dump(),
            R"({"initial_value":7,"last_value":7,"unique_hashes":[],"start_value":7})");
  EXPECT_EQ(result.range.start_value, 7);
}

TEST(IncrementalFilterTest, AnInitialValueCountsUntilARowCame) {
  const Json entry = filtered({.cursor_path = "u"}, {}).entry;
  EXPECT_EQ(
      filtered({.cursor_path = "u", .initial_value = 5}, id_and_cursor({{1, 4}, {2, 5}}), entry)
          .values(),
      "2");
}

TEST(IncrementalFilterTest, KeysTellRowsApart) {
  const std::vector<Json> loaded = {{{"id", 1}, {"s", "a"}, {"u", 5}, {"v", 1}}};
  const std::vector<Json> again = {{{"id", 1}, {"s", "a"}, {"u", 5}, {"v", 2}},
                                   {{"id", 1}, {"s", "b"}, {"u", 5}, {"v", 3}}};
  struct Row {
    Json own_key;
    Json resource_key;
    std::string loaded;
  };
  for (const Row& row :
       {Row{nullptr, nullptr, "2,3"}, Row{"id", nullptr, ""}, Row{{"id", "s"}, nullptr, "3"},
        Row{nullptr, "id", ""}, Row{nullptr, {"id", "s"}, "3"}, Row{{"id", "s"}, "id", "3"},
        Row{Json::array(), "id", "2,3"}, Row{"", "id", "2,3"}, Row{nullptr, "", "2,3"},
        Row{nullptr, Json::array(), "2,3"}}) {
    const Incremental incremental = {.cursor_path = "u", .primary_key = row.own_key};
    const Json entry = filtered(incremental, loaded, {}, row.resource_key).entry;
    EXPECT_EQ(filtered(incremental, again, entry, row.resource_key).values("v"), row.loaded)
        << row.own_key << " " << row.resource_key;
    const bool deduplicates = row.own_key.is_null() || (row.own_key != "" && !row.own_key.empty());
    EXPECT_EQ(entry.at("unique_hashes").size(), deduplicates ? 1 : 0) << row.own_key;
  }
}

TEST(IncrementalFilterTest, FunctionsOfOnesOwn) {
  // The longest text; of one value its length, which is what is kept.
  const LastValueFunc longest = [](std::span<const Json> values) {
    std::size_t length = 0;
    for (const Json& value : values) {
      length = std::max(
          length, value.is_string() ? value.get<std::string>().size() : value.get<std::size_t>());
    }
    return Json(length);
  };
  const Incremental incremental = {.cursor_path = "u", .last_value_func = longest};
  const Filtered first = filtered(incremental, id_and_cursor({{1, "aa"}, {2, "bbb"}, {3, "c"}}));
  EXPECT_EQ(first.values(), "1,2,3");
  EXPECT_EQ(first.entry.at("last_value"), 3);
  const Filtered second = filtered(
      incremental, id_and_cursor({{2, "bbb"}, {4, "ddd"}, {5, "ee"}, {6, "ffff"}}), first.entry);
  EXPECT_EQ(second.values(), "4,6");
  EXPECT_EQ(second.entry.at("last_value"), 4);
}

TEST(IncrementalFilterTest, CallsFunctionsOfOneOrTwoValues) {
  std::vector<std::size_t> counts;
  const LastValueFunc latest = [&counts](std::span<const Json> values) {
    counts.push_back(values.size());
    return *std::max_element(values.begin(), values.end());
  };
  filtered({.cursor_path = "u", .last_value_func = latest}, id_and_cursor({{1, 1}, {2, 2}}));
  EXPECT_THAT(counts, testing::Each(testing::AnyOf(1U, 2U)));
  EXPECT_THAT(counts, testing::Contains(2U));
}

TEST(IncrementalFilterTest, ALagOfAFunctionHasNoEffectAndSaysSo) {
  const LastValueFunc latest = [](std::span<const Json> values) {
    return *std::max_element(values.begin(), values.end());
  };
  const Filtered result = filtered({.cursor_path = "u", .last_value_func = latest, .lag = 5},
                                   id_and_cursor({{1, 9}, {2, 11}}), known(10));
  EXPECT_EQ(result.values(), "2");
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("the lag of cursor 'u' has no effect")));
}

TEST(IncrementalFilterTest, SaysThatItTookABoundForUtc) {
  EXPECT_THAT(filtered({.cursor_path = "u"}, id_and_cursor({{1, at("2024-01-01T10:00:00")}}),
                       known(at("2024-01-01T12:00:00+00:00")))
                  .notes,
              ElementsAre("cursor 'u': the last or initial value has an offset, unlike the data, "
                          "and is taken as UTC"));
  EXPECT_THAT(
      filtered(between(at("2024-01-01T12:00:00+00:00"), at("2024-01-02T00:00:00+00:00")),
               id_and_cursor({{1, at("2024-01-03T10:00:00")}, {2, at("2024-01-01T13:00:00")}}))
          .notes,
      testing::SizeIs(2));
}

TEST(IncrementalFilterTest, ADuplicateWithinARunIsLoaded) {
  const Filtered first = filtered({.cursor_path = "u"}, id_and_cursor({{1, 5}, {1, 5}}));
  EXPECT_EQ(first.values(), "1,1");
  EXPECT_EQ(first.entry.at("unique_hashes").size(), 1);
  EXPECT_EQ(filtered({.cursor_path = "u"}, id_and_cursor({{1, 5}, {1, 5}}), first.entry).values(),
            "");
}

TEST(IncrementalFilterTest, NullRowsPass) {
  EXPECT_EQ(filtered({.cursor_path = "u"}, {Json(nullptr)}).rows.size(), 1);
}

TEST(IncrementalFilterTest, ManyRowsAtTheLastValueAreSaid) {
  Rows rows;
  for (int id = 0; id < 201; ++id) rows.emplace_back(id, 5);
  const Filtered first = filtered({.cursor_path = "u"}, id_and_cursor(rows));
  EXPECT_THAT(first.notes, ElementsAre("201 rows share the last value of cursor 'u', integer 5: a "
                                       "finer cursor keeps the state small"));
  EXPECT_THAT(filtered({.cursor_path = "u"}, id_and_cursor(rows), first.entry).notes, IsEmpty());
  rows.pop_back();
  EXPECT_THAT(filtered({.cursor_path = "u"}, id_and_cursor(rows)).notes, IsEmpty());
}

struct Mistake {
  std::string name;
  Incremental incremental;
  Json entry;
  std::vector<Json> rows;
  ErrorCode code;
  std::string message;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class RefusedRowsTest : public testing::TestWithParam<Mistake> {};

TEST_P(RefusedRowsTest, SaysWhat) {
  const Mistake& mistake = GetParam();
  const Error error =
      thrown_by([&] { filtered(mistake.incremental, mistake.rows, mistake.entry); });
  EXPECT_EQ(error.code(), mistake.code);
  EXPECT_EQ(error.message(), mistake.message);
  EXPECT_NE(error.hint(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedRowsTest,
    testing::Values(
        Mistake{"missing",
                by_u(),
                {},
                {{{"id", 1}}},
                ErrorCode::kBadRecord,
                R"(the cursor 'u' is missing in a record: {"id":1})"},
        Mistake{"null",
                by_u(),
                {},
                id_and_cursor({{1, nullptr}}),
                ErrorCode::kBadRecord,
                R"(the cursor 'u' is null in a record: {"id":1,"u":null})"},
        Mistake{"no_number",
                by_u(),
                {},
                id_and_cursor({{1, std::numeric_limits<double>::quiet_NaN()}}),
                ErrorCode::kBadRecord,
                R"(the cursor 'u' is null in a record: {"id":1,"u":null})"},
        Mistake{"no_object",
                by_u(),
                {},
                {Json("x")},
                ErrorCode::kBadRecord,
                R"(the cursor 'u' is missing in a record: "x")"},
        Mistake{"text_after_a_number", by_u(), known(5), id_and_cursor({{1, "6"}}),
                ErrorCode::kBadRecord,
                "the cursor 'u' cannot be compared: text '6' with integer 5"},
        Mistake{"text_that_looks_like_a_time", by_u(), known(at("2024-01-01T00:00:00+00:00")),
                id_and_cursor({{1, "2024-01-02T00:00:00Z"}}), ErrorCode::kBadRecord,
                "the cursor 'u' cannot be compared: text '2024-01-02T00:00:00Z' with timestamp "
                "2024-01-01T00:00:00+00:00"},
        Mistake{"offsets_now_and_then",
                by_u(),
                {},
                id_and_cursor({{1, at("2024-01-01T00:00:00")}, {2, at("2024-01-01T00:00:00Z")}}),
                ErrorCode::kBadRecord,
                "the cursor 'u' cannot be compared: timestamp 2024-01-01T00:00:00+00:00 with "
                "timestamp 2024-01-01T00:00:00"},
        Mistake{"a_list", by_u(), known(5), id_and_cursor({{1, Json::array({1})}}),
                ErrorCode::kBadRecord,
                "the cursor 'u' cannot be compared: json [1] with integer 5"},
        Mistake{"a_key_that_is_missing",
                {.cursor_path = "u", .primary_key = {"id", "k"}},
                {},
                id_and_cursor({{1, 5}}),
                ErrorCode::kBadRecord,
                R"(a record lacks 'k' of the primary key of the incremental: {"id":1,"u":5})"},
        Mistake{"no_lag_of_words",
                lagging(5),
                known("soon"),
                {},
                ErrorCode::kInvalidArgument,
                "no lag is possible for this cursor: text 'soon': the text is no date or time"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace dlt
