// SPDX-License-Identifier: Apache-2.0
#include "conformance/table_comparison.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "package/load_id.hpp"

namespace dlt::conformance {
namespace {

bool is_own(const std::string& table) { return table.starts_with("_dlt"); }

std::string load_number(const std::string& load_id, const std::set<std::int64_t>& load_ids) {
  return std::to_string(std::distance(load_ids.begin(), load_ids.find(parse_load_id(load_id))) + 1);
}

std::set<std::int64_t> load_ids_of(const Json& tables) {
  std::set<std::int64_t> ids;
  for (const auto& [name, table] : tables.items()) {
    if (name.starts_with("_dlt")) continue;
    const Json rows = table.value("rows", Json::array());
    for (const Json& row : rows) {
      if (row.is_object() && row.contains("_dlt_load_id"))
        ids.insert(parse_load_id(row.at("_dlt_load_id").get<std::string>()));
    }
  }
  return ids;
}

enum class LoadIds { kCompare, kLeaveOut };

/// Hand-written expectations have no load ids.
LoadIds has_load_ids(const Json& table) {
  const Json& rows = table.at("rows");
  return rows.empty() || rows.front().contains("_dlt_load_id") ? LoadIds::kCompare
                                                               : LoadIds::kLeaveOut;
}

/// Whether row ids are functions of the data.
enum class RowIds { kCompare, kLeaveOut };

RowIds has_hashed_ids(const Json& schema, const std::string& table) {
  if (!schema.contains("tables") || !schema.at("tables").contains(table)) return RowIds::kLeaveOut;
  const Json& properties = schema.at("tables").at(table);
  const std::string strategy = properties.value("x-merge-strategy", "");
  const bool is_hash = strategy == "upsert" || strategy == "insert-only" ||
                       (strategy == "scd2" && properties.at("columns").contains("_dlt_id") &&
                        properties.at("columns").at("_dlt_id").contains("x-row-version"));
  return is_hash ? RowIds::kCompare : RowIds::kLeaveOut;
}

/// A timestamp of less precision as one of microseconds: "10:00:00.5" as "10:00:00.500000".
std::string with_six_digits(std::string timestamp) {
  const std::string zone = timestamp.ends_with('Z') ? "Z" : "";
  timestamp.resize(timestamp.size() - zone.size());
  if (timestamp.find('.') == std::string::npos) timestamp += '.';
  const std::size_t digits = timestamp.size() - timestamp.find('.') - 1;
  return timestamp + std::string(digits < 6 ? 6 - digits : 0, '0') + zone;
}

std::set<std::string> timestamps_of(const Json& columns) {
  std::set<std::string> names;
  for (const Json& column : columns) {
    if (type_group(column.at("type").get<std::string>()).starts_with("timestamp"))
      names.insert(column.at("name").get<std::string>());
  }
  return names;
}

std::vector<std::string> comparable_rows(const Json& table, const std::set<std::string>& timestamps,
                                         const std::set<std::int64_t>& load_ids, LoadIds compare,
                                         RowIds row_ids) {
  std::vector<std::string> rows;
  for (const Json& row : table.at("rows")) {
    Json shown = Json::object();
    for (const auto& [key, value] : row.items()) {
      if ((key == "_dlt_id" && row_ids == RowIds::kLeaveOut) || key == "_dlt_parent_id" ||
          key == "_dlt_root_id" || value.is_null())
        continue;
      if (key == "_dlt_load_id" && compare == LoadIds::kLeaveOut) continue;
      shown[key] = value;
      if (key == "_dlt_load_id") shown[key] = load_number(value.get<std::string>(), load_ids);
      if (timestamps.contains(key)) shown[key] = with_six_digits(value.get<std::string>());
    }
    rows.push_back(canonical(shown));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::string listed(const std::vector<std::string>& rows) {
  return fmt::format("{}", fmt::join(rows, "\n  "));
}

void compare_column(const std::string& what, const Json& expected, const Json& actual,
                    Differences& differences) {
  const auto type = actual.at("type").get<std::string>();
  if (expected.contains("duckdb_type")) {
    differences.equal("type of " + what, expected.at("duckdb_type").get<std::string>(), type);
    differences.equal("default of " + what, expected.value("default", Json()).dump(),
                      actual.value("default", Json()).dump());
  } else {
    differences.equal("type of " + what, type_group(expected.at("pg_type").get<std::string>()),
                      type_group(type));
  }
  if (expected.contains("nullable")) {
    differences.equal("nullable of " + what, expected.at("nullable").dump(),
                      actual.at("nullable").dump());
  }
}

/// The rows with the columns of the first recorded one.
std::vector<std::string> recorded_part(const Json& recorded, const Json& rows) {
  std::vector<std::string> texts;
  for (const Json& row : rows) {
    Json shown = Json::object();
    for (const auto& [column, value] : recorded.front().items())
      shown[column] = row.value(column, Json());
    texts.push_back(canonical(shown));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

void compare_columns(const Json& expected, const Json& actual, Differences& differences) {
  bool own_recorded = false;
  for (const auto& [name, table] : expected.items()) {
    own_recorded = own_recorded || is_own(name);
    if (!actual.contains(name)) {
      differences.add(fmt::format("table {} is missing", name));
      continue;
    }
    if (!table.contains("columns")) continue;
    const Json& columns = actual.at(name).at("columns");
    differences.equal(fmt::format("columns of {}", name),
                      fmt::format("{}", fmt::join(names_of(table.at("columns")), " ")),
                      fmt::format("{}", fmt::join(names_of(columns), " ")));
    for (const Json& column : table.at("columns")) {
      for (const Json& other : columns) {
        if (other.at("name") != column.at("name")) continue;
        compare_column(fmt::format("{}.{}", name, column.at("name").get<std::string>()), column,
                       other, differences);
      }
    }
  }
  for (const auto& [name, table] : actual.items()) {
    if (!expected.contains(name) && (own_recorded || !is_own(name)))
      differences.add(fmt::format("table {} is too much", name));
  }
}

void compare_drawn_rows(const Json& expected, const Json& actual, const Json& schema,
                        Differences& differences) {
  const std::set<std::int64_t> expected_loads = load_ids_of(expected);
  const std::set<std::int64_t> actual_loads = load_ids_of(actual);
  for (const auto& [name, table] : expected.items()) {
    if (is_own(name) || !table.contains("rows") || !actual.contains(name)) continue;
    const std::set<std::string> timestamps = timestamps_of(actual.at(name).at("columns"));
    const LoadIds load_ids = has_load_ids(table);
    const RowIds row_ids = has_hashed_ids(schema, name);
    differences.equal(
        fmt::format("rows of {}", name),
        listed(comparable_rows(table, timestamps, expected_loads, load_ids, row_ids)),
        listed(comparable_rows(actual.at(name), timestamps, actual_loads, load_ids, row_ids)));
  }
}

void compare_linked_rows(const Json& expected_tables, const Json& actual_tables,
                         const LinkedRows& expected, const LinkedRows& actual,
                         Differences& differences) {
  for (const auto& [name, table] : expected_tables.items()) {
    if (!table.contains("rows") || !actual_tables.contains(name)) continue;
    const Json& recorded = table.at("rows");
    const Json& found = actual_tables.at(name).at("rows");
    const std::string what = fmt::format("rows of {}", name);
    if (!is_own(name)) {
      differences.equal(what, listed(expected.of(name)), listed(actual.of(name)));
    } else if (recorded.empty()) {
      differences.equal(what, "0", std::to_string(found.size()));
    } else {
      differences.equal(what, listed(recorded_part(recorded, recorded)),
                        listed(recorded_part(recorded, found)));
    }
  }
}

}  // namespace dlt::conformance
