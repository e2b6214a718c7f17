// SPDX-License-Identifier: Apache-2.0
#include "conformance/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/hash/row_id.hpp"
#include "package/load_id.hpp"

namespace dlt::conformance {
namespace {

/// A value so that equal ones have equal texts: numbers by value, objects by sorted keys.
std::string canonical(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::floor(number) == number && std::abs(number) < 1e15)
      return fmt::format("{}", static_cast<std::int64_t>(number));
    return fmt::format("{}", number);
  }
  if (value.is_object() && value.size() == 1 && value.contains("decimal")) {
    std::string digits = value.at("decimal").get<std::string>();
    if (digits.find('.') != std::string::npos) {
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.ends_with('.')) digits.pop_back();
    }
    return digits;
  }
  if (value.is_object()) {
    std::map<std::string, std::string> members;
    for (const auto& [key, member] : value.items()) members[key] = canonical(member);
    std::string text = "{";
    for (const auto& [key, member] : members) text += key + ":" + member + ",";
    return text + "}";
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& element : value) text += canonical(element) + ",";
    return text + "]";
  }
  return value.dump();
}

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

std::vector<std::string> comparable_rows(const Json& table, const std::set<std::int64_t>& load_ids,
                                         LoadIds compare, RowIds row_ids) {
  std::vector<std::string> rows;
  for (const Json& row : table.at("rows")) {
    Json shown = Json::object();
    for (const auto& [key, value] : row.items()) {
      if ((key == "_dlt_id" && row_ids == RowIds::kLeaveOut) || key == "_dlt_parent_id" ||
          key == "_dlt_root_id" || value.is_null())
        continue;
      if (key == "_dlt_load_id" && compare == LoadIds::kLeaveOut) continue;
      shown[key] =
          key == "_dlt_load_id" ? Json(load_number(value.get<std::string>(), load_ids)) : value;
    }
    rows.push_back(canonical(shown));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

void compare_tables(const Json& expected, const Json& actual, const Json& schema,
                    Differences& differences) {
  const std::set<std::int64_t> expected_loads = load_ids_of(expected);
  const std::set<std::int64_t> actual_loads = load_ids_of(actual);
  for (const auto& [name, table] : expected.items()) {
    if (!actual.contains(name)) {
      differences.add(fmt::format("table {} is missing", name));
      continue;
    }
    const Json& found = actual.at(name);
    if (table.contains("columns")) {
      differences.equal(fmt::format("columns of {}", name),
                        fmt::format("{}", fmt::join(names_of(table.at("columns")), " ")),
                        fmt::format("{}", fmt::join(names_of(found.at("columns")), " ")));
      for (const Json& column : table.at("columns")) {
        for (const Json& other : found.at("columns")) {
          if (other.at("name") != column.at("name")) continue;
          const std::string what = fmt::format("{}.{}", name, column.at("name").get<std::string>());
          differences.equal("type of " + what, type_group(column.at("pg_type").get<std::string>()),
                            type_group(other.at("pg_type").get<std::string>()));
          if (column.contains("nullable"))
            differences.equal("nullable of " + what, column.at("nullable").dump(),
                              other.at("nullable").dump());
        }
      }
    }
    if (!name.starts_with("_dlt") && table.contains("rows")) {
      const LoadIds load_ids = has_load_ids(table);
      const RowIds row_ids = has_hashed_ids(schema, name);
      differences.equal(
          fmt::format("rows of {}", name),
          fmt::format("{}",
                      fmt::join(comparable_rows(table, expected_loads, load_ids, row_ids), "\n  ")),
          fmt::format("{}",
                      fmt::join(comparable_rows(found, actual_loads, load_ids, row_ids), "\n  ")));
    }
  }
  for (const auto& [name, table] : actual.items()) {
    if (!name.starts_with("_dlt") && !expected.contains(name))
      differences.add(fmt::format("table {} is too much", name));
  }
}

}  // namespace

void Differences::equal(const std::string& what, const std::string& expected,
                        const std::string& actual) {
  if (expected != actual)
    add(fmt::format("{}: expected {}, got {}", what, expected.substr(0, 400),
                    actual.substr(0, 400)));
}

void Differences::contained(const std::string& what, const Json& expected, const Json& actual) {
  if (!expected.is_object()) {
    equal(what, canonical(expected), canonical(actual));
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    if (!actual.is_object() || !actual.contains(key)) {
      add(fmt::format("{}.{}: expected {}, got nothing", what, key, value.dump().substr(0, 200)));
    } else {
      contained(what + "." + key, value, actual.at(key));
    }
  }
}

std::string type_group(const std::string& type) {
  static constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
      {"character varying", "text"},
      {"VARCHAR", "text"},
      {"bigint", "bigint"},
      {"integer", "bigint"},
      {"smallint", "bigint"},
      {"BIGINT", "bigint"},
      {"INTEGER", "bigint"},
      {"SMALLINT", "bigint"},
      {"TINYINT", "bigint"},
      {"HUGEINT", "bigint"},
      {"double precision", "double"},
      {"DOUBLE", "double"},
      {"boolean", "bool"},
      {"BOOLEAN", "bool"},
      {"timestamp with time zone", "timestamptz"},
      {"TIMESTAMP WITH TIME ZONE", "timestamptz"},
      {"timestamp without time zone", "timestamp"},
      {"TIMESTAMP", "timestamp"},
      {"jsonb", "json"},
      {"JSON", "json"},
      {"numeric", "decimal"},
      {"DECIMAL", "decimal"},
      {"bytea", "binary"},
      {"BLOB", "binary"},
      {"date", "date"},
      {"DATE", "date"},
      {"time without time zone", "time"},
      {"TIME", "time"}};
  for (const auto& [name, group] : kGroups) {
    if (type == name) return std::string(group);
  }
  for (const auto& [name, group] : kGroups) {
    if (type.starts_with(name)) return std::string(group);
  }
  return type;
}

std::vector<std::string> names_of(const Json& columns) {
  std::vector<std::string> names;
  for (const Json& column : columns) names.push_back(column.at("name").get<std::string>());
  return names;
}

void check_links(const Schema& schema, const Json& tables, Differences& differences) {
  RowIdHasher hasher;
  for (const Table& table : schema.tables()) {
    if (!table.is_nested() || !tables.contains(table.name)) continue;
    std::set<std::string> parents;
    const Json parent_table = tables.value(table.property("parent"), Json{{"rows", Json::array()}});
    for (const Json& row : parent_table.at("rows"))
      parents.insert(row.at("_dlt_id").get<std::string>());
    for (const Json& row : tables.at(table.name).at("rows")) {
      const std::string parent = row.value("_dlt_parent_id", std::string{});
      if (!parents.contains(parent))
        differences.add(fmt::format("{}: no parent row {}", table.name, parent));
      char id[kRowIdLength];
      hasher.nested_row_id(parent, table.name, row.at("_dlt_list_idx").get<std::int64_t>(), id);
      differences.equal(fmt::format("id of a row of {}", table.name), std::string(id, kRowIdLength),
                        row.at("_dlt_id").get<std::string>());
    }
  }
}

void compare_schema(const Json& expected, const Json& actual, Differences& differences) {
  for (const auto& [key, value] : expected.items()) {
    if (key == "version" || key == "previous_hashes" || key == "tables") continue;
    differences.contained("schema." + key, value, actual.value(key, Json()));
  }
  const Json tables = expected.value("tables", Json::object());
  for (const auto& [name, table] : tables.items()) {
    if (!actual.at("tables").contains(name)) {
      differences.add(fmt::format("schema has no table {}", name));
      continue;
    }
    const Json& found = actual.at("tables").at(name);
    differences.contained("schema." + name, table, found);
    std::vector<std::string> wanted;
    std::vector<std::string> there;
    for (const auto& [column, properties] : table.at("columns").items()) wanted.push_back(column);
    for (const auto& [column, properties] : found.at("columns").items()) there.push_back(column);
    differences.equal("columns in schema." + name, fmt::format("{}", fmt::join(wanted, " ")),
                      fmt::format("{}", fmt::join(there, " ")));
  }
}

void compare_step(const Json& expected, const Json& actual, const Json& before,
                  Differences& differences) {
  if (expected.at("ok") != actual.at("ok")) {
    differences.add(fmt::format("expected ok {}, got {}: {}", expected.at("ok").dump(),
                                actual.at("ok").dump(), actual.value("error", "")));
    return;
  }
  if (!expected.at("ok").get<bool>()) {
    differences.equal("failed step", expected.value("step", Json()).dump(),
                      actual.at("step").dump());
    const Json parts = expected.value("error_contains", Json::array());
    for (const Json& part : parts) {
      if (actual.at("error").get<std::string>().find(part.get<std::string>()) ==
          std::string::npos) {
        differences.add(fmt::format("the error lacks '{}': {}", part.get<std::string>(),
                                    actual.at("error").get<std::string>()));
      }
    }
    compare_tables(before, actual.at("tables"), actual.at("schema"), differences);
    return;
  }
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
  if (expected.contains("tables"))
    compare_tables(expected.at("tables"), actual.at("tables"), expected.value("schema", Json()),
                   differences);
  if (expected.contains("state_sources")) {
    // A source or resource without state may be there or not.
    differences.contained("state", expected.at("state_sources"), actual.at("state_sources"));
  }
  check_links(Schema::from_json(actual.at("schema")), actual.at("tables"), differences);
}

void compare_measure(const std::string& what, const Json& expected, const Json& actual,
                     Differences& differences) {
  if (expected.is_number_float() && actual.is_number()) {
    const double a = expected.get<double>();
    const double b = actual.get<double>();
    if (std::abs(a - b) > 1e-9 * std::max(std::abs(a), std::abs(b)))
      differences.add(fmt::format("{}: expected {}, got {}", what, a, b));
    return;
  }
  differences.equal(what, canonical(expected), canonical(actual));
}

}  // namespace dlt::conformance
