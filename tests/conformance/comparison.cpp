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

namespace dlt::conformance {

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
  // JSON as the text that a column holds.
  if (value.is_object() && value.size() == 1 && value.contains("json_text"))
    return canonical(Json::parse(value.at("json_text").get<std::string>()));
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
