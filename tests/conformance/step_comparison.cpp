// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_comparison.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/linked_rows.hpp"
#include "conformance/table_comparison.hpp"

namespace dlt::conformance {
namespace {

/// Both sides of a case recorded on DuckDB, with what earlier runs brought.
struct Sides {
  LinkedRows expected;
  LinkedRows actual;
};

std::vector<std::string> sorted_texts(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& element : list) texts.push_back(canonical(element));
  std::sort(texts.begin(), texts.end());
  return texts;
}

void compare_list(const std::string& what, const Json& expected, const Json& actual,
                  Differences& differences) {
  differences.equal(what, fmt::format("[{}]", fmt::join(sorted_texts(expected), ", ")),
                    fmt::format("[{}]", fmt::join(sorted_texts(actual), ", ")));
}

/// What a database has beside the tables of the dataset.
void compare_surroundings(const Json& expected, const Json& actual, Differences& differences) {
  for (const char* what : {"constraints", "indexes"}) {
    if (expected.contains(what))
      compare_list(what, expected.at(what), actual.value(what, Json::array()), differences);
  }
  if (!expected.contains("other_schemas")) return;
  Json schemas = expected.at("other_schemas");
  // dlt keeps a dataset for what it stages. Here that is in temporary tables.
  schemas.erase("<dataset>_staging");
  differences.equal("other schemas", schemas.dump(), actual.value("other_schemas", Json()).dump());
}

void compare_failure(const Json& expected, const Json& actual, Differences& differences) {
  differences.equal("failed step", expected.value("step", Json()).dump(), actual.at("step").dump());
  const Json parts = expected.value("error_contains", Json::array());
  for (const Json& part : parts) {
    if (actual.at("error").get<std::string>().find(part.get<std::string>()) == std::string::npos) {
      differences.add(fmt::format("the error lacks '{}': {}", part.get<std::string>(),
                                  actual.at("error").get<std::string>()));
    }
  }
}

/// After a failed run.
void compare_unchanged(const Json& before, const Json& actual, Differences& differences) {
  const Json tables = before.value("tables", Json::object());
  for (const auto& [name, table] : tables.items()) {
    if (!actual.at("tables").contains(name)) {
      differences.add(fmt::format("table {} went", name));
      continue;
    }
    const Json& found = actual.at("tables").at(name);
    differences.equal(fmt::format("columns of {} before and after", name),
                      table.at("columns").dump(), found.at("columns").dump());
    compare_list(fmt::format("rows of {} before and after", name), table.at("rows"),
                 found.at("rows"), differences);
  }
  for (const auto& [name, table] : actual.at("tables").items()) {
    if (!tables.contains(name))
      differences.add(fmt::format("table {} was left by a failed run", name));
  }
  compare_surroundings(before, actual, differences);
}

void compare_success(Recording recording, const Json& expected, const Json& actual, Sides& sides,
                     Differences& differences) {
  const Json row_counts = expected.value("row_counts", Json::object());
  for (const auto& [table, rows] : row_counts.items()) {
    differences.equal("row count of " + table, rows.dump(),
                      actual.at("row_counts").value(table, Json()).dump());
  }
  const Json notes = expected.value("notes", Json());
  if (!notes.is_null()) differences.equal("notes", notes.dump(), actual.at("notes").dump());
  if (expected.contains("packages"))
    differences.equal("packages", expected.at("packages").dump(), actual.at("packages").dump());
  if (expected.contains("schema"))
    compare_schema(expected.at("schema"), actual.at("schema"), differences);
  if (expected.contains("tables")) {
    const Json& tables = expected.at("tables");
    compare_columns(tables, actual.at("tables"), differences);
    if (recording == Recording::kDuckDb) {
      sides.expected.add_run(tables, fixed_ids(tables));
      sides.actual.add_run(actual.at("tables"), fixed_ids(tables));
      compare_linked_rows(tables, actual.at("tables"), sides.expected, sides.actual, differences);
    } else {
      compare_drawn_rows(tables, actual.at("tables"), expected.value("schema", Json()),
                         differences);
    }
  }
  compare_surroundings(expected, actual, differences);
  if (expected.contains("state_sources")) {
    // A source or resource without state may be there or not.
    differences.contained("state", expected.at("state_sources"), actual.at("state_sources"));
  }
  check_links(Schema::from_json(actual.at("schema")), actual.at("tables"), differences);
}

}  // namespace

Recording recording_of(const Json& expected) {
  return expected.at(0).contains("other_schemas") ? Recording::kDuckDb : Recording::kPostgres;
}

Differences compare_case(Recording recording, const Json& expected, const Json& actual) {
  Differences differences;
  Sides sides;
  Json before = Json::object();
  for (std::size_t i = 0; i < actual.size(); ++i) {
    Differences step;
    if (expected.at(i).at("ok") != actual[i].at("ok")) {
      step.add(fmt::format("expected ok {}, got {}: {}", expected[i].at("ok").dump(),
                           actual[i].at("ok").dump(), actual[i].value("error", "")));
    } else if (expected[i].at("ok").get<bool>()) {
      compare_success(recording, expected[i], actual[i], sides, step);
    } else {
      compare_failure(expected[i], actual[i], step);
      compare_unchanged(before, actual[i], step);
    }
    for (const std::string& line : step.lines())
      differences.add(fmt::format("run {}: {}", i + 1, line));
    before = actual[i];
  }
  return differences;
}

}  // namespace dlt::conformance
