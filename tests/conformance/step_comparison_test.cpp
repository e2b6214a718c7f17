// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_comparison.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dlt/schema.hpp"

namespace dlt::conformance {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two runs: two rows with an element of a list, then one of the rows goes and another comes.
Json recorded() {
  return Json::parse(R"([
    {"ok": true, "row_counts": {"t": 2}, "tables": {
      "_dlt_loads": {"columns": [{"name": "load_id", "duckdb_type": "VARCHAR", "nullable": false}],
                     "rows": [{"status": 0}]},
      "t": {"columns": [{"name": "id", "duckdb_type": "SMALLINT", "nullable": true}],
            "rows": [{"id": 1, "_dlt_load_id": "<load1>", "_dlt_id": "<id1>"},
                     {"id": 2, "_dlt_load_id": "<load1>", "_dlt_id": "hashed"}]},
      "t__l": {"columns": [{"name": "value", "duckdb_type": "JSON", "nullable": true}],
               "rows": [{"value": {"json_text": "{\"a\":1}"}, "_dlt_parent_id": "<id1>",
                         "_dlt_id": "<id2>"}]}},
     "constraints": [{"table": "t", "type": "UNIQUE", "columns": ["_dlt_id"]}], "indexes": [],
     "other_schemas": {"<dataset>_staging": ["t"]}},
    {"ok": true, "tables": {
      "_dlt_loads": {"columns": [{"name": "load_id", "duckdb_type": "VARCHAR", "nullable": false}],
                     "rows": [{"status": 0}, {"status": 0}]},
      "t": {"columns": [{"name": "id", "duckdb_type": "SMALLINT", "nullable": true}],
            "rows": [{"id": 3, "_dlt_load_id": "<load2>", "_dlt_id": "<id3>"},
                     {"id": 1, "_dlt_load_id": "<load1>", "_dlt_id": "<id1>"}]}}},
    {"ok": false, "step": "load"}])");
}

Json found() {
  Json steps = Json::parse(R"([
    {"ok": true, "row_counts": {"t": 2}, "tables": {
      "_dlt_loads": {"columns": [{"name": "load_id", "type": "VARCHAR", "nullable": false}],
                     "rows": [{"load_id": "1.1", "status": 0}]},
      "t": {"columns": [{"name": "id", "type": "SMALLINT", "nullable": true}],
            "rows": [{"id": 2, "_dlt_load_id": "1.1", "_dlt_id": "hashed"},
                     {"id": 1, "_dlt_load_id": "1.1", "_dlt_id": "aaaa"}]},
      "t__l": {"columns": [{"name": "value", "type": "JSON", "nullable": true}],
               "rows": [{"value": {"json_text": "{\"a\": 1}"}, "_dlt_parent_id": "aaaa",
                         "_dlt_id": "bbbb"}]}},
     "constraints": [{"table": "t", "type": "UNIQUE", "columns": ["_dlt_id"]}], "indexes": [],
     "other_schemas": {}},
    {"ok": true, "tables": {
      "_dlt_loads": {"columns": [{"name": "load_id", "type": "VARCHAR", "nullable": false}],
                     "rows": [{"load_id": "1.1", "status": 0}, {"load_id": "2.2", "status": 0}]},
      "t": {"columns": [{"name": "id", "type": "SMALLINT", "nullable": true}],
            "rows": [{"id": 1, "_dlt_load_id": "1.1", "_dlt_id": "aaaa"},
                     {"id": 3, "_dlt_load_id": "2.2", "_dlt_id": "cccc"}]}}}])");
  Json failed = steps.back();
  failed["ok"] = false;
  failed["step"] = "load";
  failed["error"] = "no room";
  steps.push_back(std::move(failed));
  for (Json& step : steps) step["schema"] = Schema("golden").to_json();
  return steps;
}

std::vector<std::string> lines(const Json& expected, const Json& actual) {
  return compare_case(recording_of(expected), expected, actual).lines();
}

TEST(StepComparison, TokensStandForWhatWasDrawn) {
  EXPECT_THAT(lines(recorded(), found()), IsEmpty());
}

struct ChangeCase {
  const char* name;
  std::function<void(Json& steps)> change;
  const char* line;
};

class ChangedStep : public ::testing::TestWithParam<ChangeCase> {};

TEST_P(ChangedStep, IsFound) {
  Json actual = found();
  GetParam().change(actual);
  EXPECT_THAT(lines(recorded(), actual), Contains(HasSubstr(GetParam().line)));
}

Json& rows(Json& steps, int run, const char* table) { return steps[run]["tables"][table]["rows"]; }

INSTANTIATE_TEST_SUITE_P(
    All, ChangedStep,
    ::testing::Values(
        ChangeCase{"type", [](Json& s) { s[0]["tables"]["t"]["columns"][0]["type"] = "BIGINT"; },
                   "run 1: type of t.id: expected SMALLINT, got BIGINT"},
        ChangeCase{"nullable",
                   [](Json& s) { s[0]["tables"]["t"]["columns"][0]["nullable"] = false; },
                   "nullable of t.id"},
        ChangeCase{"default", [](Json& s) { s[0]["tables"]["t"]["columns"][0]["default"] = "7"; },
                   "default of t.id: expected null, got \"7\""},
        ChangeCase{"value", [](Json& s) { rows(s, 0, "t")[0]["id"] = 9; }, "run 1: rows of t:"},
        ChangeCase{"json",
                   [](Json& s) { rows(s, 0, "t__l")[0]["value"]["json_text"] = "{\"a\":2}"; },
                   "run 1: rows of t__l"},
        ChangeCase{"load_of_a_row", [](Json& s) { rows(s, 1, "t")[0]["_dlt_load_id"] = "2.2"; },
                   "run 2: rows of t:"},
        ChangeCase{"parent", [](Json& s) { rows(s, 0, "t__l")[0]["_dlt_parent_id"] = "hashed"; },
                   "run 1: rows of t__l"},
        ChangeCase{"id_drawn_anew", [](Json& s) { rows(s, 1, "t")[0]["_dlt_id"] = "dddd"; },
                   "run 2: rows of t:"},
        ChangeCase{"id_that_is_no_hash", [](Json& s) { rows(s, 0, "t")[0]["_dlt_id"] = "eeee"; },
                   "run 1: rows of t:"},
        ChangeCase{"row_of_an_own_table", [](Json& s) { rows(s, 1, "_dlt_loads").erase(1); },
                   "run 2: rows of _dlt_loads"},
        ChangeCase{"constraint", [](Json& s) { s[0]["constraints"] = Json::array(); },
                   "run 1: constraints: expected [{columns:"},
        ChangeCase{"index",
                   [](Json& s) {
                     s[0]["indexes"].push_back({{"table", "t"}});
                   },
                   "run 1: indexes"},
        ChangeCase{"other_schema", [](Json& s) { s[0]["other_schemas"]["x"] = {"t"}; },
                   "other schemas: expected {}"},
        ChangeCase{"table_too_much",
                   [](Json& s) { s[1]["tables"]["_dlt_x"] = s[1]["tables"]["t"]; },
                   "run 2: table _dlt_x is too much"},
        ChangeCase{"success", [](Json& s) { s[2]["ok"] = true; }, "run 3: expected ok false"},
        ChangeCase{"failed_step", [](Json& s) { s[2]["step"] = "normalize"; },
                   "run 3: failed step: expected \"load\", got \"normalize\""},
        ChangeCase{"left_by_a_failed_run", [](Json& s) { rows(s, 2, "t").erase(0); },
                   "run 3: rows of t before and after"},
        ChangeCase{"table_left_by_a_failed_run",
                   [](Json& s) { s[2]["tables"]["u"] = s[2]["tables"]["t"]; },
                   "run 3: table u was left by a failed run"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace dlt::conformance
