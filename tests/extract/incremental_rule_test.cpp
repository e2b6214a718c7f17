// SPDX-License-Identifier: Apache-2.0
#include "extract/incremental_rule.hpp"

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "schema/incremental_hint.hpp"

namespace dlt {
namespace {

struct Mistake {
  const char* incremental;
  const char* message;
};

TEST(IncrementalRuleTest, RefusesWhatMakesNoSense) {
  for (
      const Mistake& mistake : {
          Mistake{"{}", "the incremental has no cursor_path"},
          Mistake{R"({"cursor_path": "a["})",
                  "not a cursor path: 'a[': expected a number, a quoted name or '*' after '[' at "
                  "character 3"},
          Mistake{R"({"cursor_path": "$"})", "the cursor path '$' names no value of a record"},
          Mistake{R"({"cursor_path": "a..b"})",
                  "a cursor path cannot have '..': 'a..b', character 3"},
          Mistake{R"({"cursor_path": "u", "last_value_func": "last"})",
                  "unknown last_value_func of the incremental: expected 'max' or 'min', got "
                  "'last'"},
          Mistake{R"({"cursor_path": "u", "row_order": "up"})",
                  "unknown row_order of the incremental: expected 'asc' or 'desc', got 'up'"},
          Mistake{R"({"cursor_path": "u", "on_cursor_value_missing": "drop"})",
                  "unknown on_cursor_value_missing of the incremental: expected 'raise' or "
                  "'include' or 'exclude', got 'drop'"},
          Mistake{R"({"cursor_path": "u", "range_start": "half"})",
                  "unknown range_start of the incremental: expected 'open' or 'closed', got "
                  "'half'"},
          Mistake{R"({"cursor_path": "u", "range_end": ""})",
                  "unknown range_end of the incremental: expected 'open' or 'closed', got ''"},
          Mistake{R"({"cursor_path": "u", "lag": -1})",
                  "lag of the incremental must not be negative, got -1"},
          Mistake{R"({"cursor_path": "u", "primary_key": 5})",
                  "primary_key of the incremental must be a name or a list of names: 5"},
          Mistake{R"({"cursor_path": "u", "primary_key": ["a", ""]})",
                  R"(primary_key of the incremental must be a name or a list of names: ["a",""])"},
          Mistake{R"({"cursor_path": "u", "initial_value": [1]})",
                  "initial_value of the incremental must be a number, text, date or time: [1]"},
          Mistake{R"({"cursor_path": "u", "end_value": 5})",
                  "the incremental has an end_value but no initial_value"},
          Mistake{R"({"cursor_path": "u", "initial_value": 6, "end_value": 5})",
                  "end_value of the incremental must not be below initial_value: initial_value "
                  "integer 6, end_value integer 5"},
          Mistake{
              R"({"cursor_path": "u", "initial_value": 4, "end_value": 5, "last_value_func": "min"})",
              "end_value of the incremental must not be above initial_value: initial_value "
              "integer 4, end_value integer 5"},
          Mistake{R"({"cursor_path": "u", "initial_value": 4, "end_value": "5"})",
                  "initial_value and end_value of the incremental cannot be compared: integer 4 "
                  "and text '5'"},
          Mistake{R"({"cursor_path": "u", "initial": 4})",
                  "hint 'incremental': unknown member 'initial'"},
          Mistake{R"({"cursor_path": 4})", "hint 'incremental.cursor_path': expected text, got 4"},
          Mistake{R"({"cursor_path": "u", "lag": "1"})",
                  R"(hint 'incremental.lag': expected a number, got "1")"},
          Mistake{R"({"cursor_path": "u", "allow_external_schedulers": 1})",
                  "hint 'incremental.allow_external_schedulers': expected true or false, got 1"},
          Mistake{R"({"cursor_path": "u", "last_value_func": 1})",
                  "hint 'incremental.last_value_func': expected 'max' or 'min', got 1"},
          Mistake{R"(["u"])", R"(hint 'incremental': expected an object, got ["u"])"},
      }) {
    const Error error = thrown_by(
        [&] { check_incremental(parse_incremental(Json::parse(mistake.incremental)), {}, {}); });
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << mistake.incremental;
    EXPECT_EQ(error.message(), mistake.message);
  }
}

TEST(IncrementalRuleTest, RefusesFunctionsThatAreNone) {
  EXPECT_EQ(thrown_by([] {
              check_incremental({.cursor_path = "u", .last_value_func = LastValueFunc()}, {}, {});
            }).code(),
            ErrorCode::kInvalidArgument);
  const LastValueFunc first = [](std::span<const Json> values) { return values.back(); };
  EXPECT_EQ(
      thrown_by([&] {
        check_incremental(
            {.cursor_path = "u", .initial_value = 1, .last_value_func = first, .end_value = 2}, {},
            {});
      }).message(),
      "end_value of the incremental must be the last_value_func of both: initial_value "
      "integer 1, end_value integer 2");
}

TEST(IncrementalRuleTest, ReadsAllMembersOfTheHint) {
  const Incremental incremental = parse_incremental(Json::parse(
      R"({"cursor_path": "u", "initial_value": 1, "last_value_func": "min", "primary_key": ["a"],
          "end_value": 0, "row_order": "desc", "allow_external_schedulers": true,
          "on_cursor_value_missing": "exclude", "lag": 2.5, "range_start": "open",
          "range_end": "closed"})"));
  EXPECT_EQ(incremental.cursor_path, "u");
  EXPECT_EQ(incremental.initial_value, 1);
  EXPECT_EQ(std::get<std::string>(incremental.last_value_func), "min");
  EXPECT_EQ(incremental.primary_key, Json({"a"}));
  EXPECT_EQ(incremental.end_value, 0);
  EXPECT_EQ(incremental.row_order, "desc");
  EXPECT_TRUE(incremental.allow_external_schedulers);
  EXPECT_EQ(incremental.on_cursor_value_missing, "exclude");
  EXPECT_EQ(incremental.lag, 2.5);
  EXPECT_EQ(incremental.range_start, "open");
  EXPECT_EQ(incremental.range_end, "closed");
}

}  // namespace
}  // namespace dlt
