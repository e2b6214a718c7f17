// SPDX-License-Identifier: Apache-2.0
#include "schema/identifiers.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "schema/merge.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

constexpr std::string_view kPrefix = "re:";
constexpr std::string_view kSpecial = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";

void drop_defaults(Column& column) {
  if (column.nullable == true) column.nullable.reset();
  if (column.timezone == true) column.timezone.reset();
  Json hints = Json::object();
  for (const auto& [key, value] : column.hints->items()) {
    if (!is_default_column_property(key, value)) hints[key] = value;
  }
  column.hints = std::make_shared<const Json>(std::move(hints));
}

void normalize_names(Json& names, const NamingConvention& naming) {
  if (!names.is_array()) return;
  for (Json& name : names) name = naming.normalize_path(name.get<std::string>());
}

// Of several references to one table, the last one counts.
Json normalize_references(const Json& references, const NamingConvention& naming) {
  Json normalized = Json::array();
  for (Json reference : references) {
    const Json* target = find_property(reference, "referenced_table");
    const std::string table = target != nullptr && target->is_string()
                                  ? naming.normalize_tables_path(target->get<std::string>())
                                  : "";
    reference["referenced_table"] = table;
    for (const char* key : {"columns", "referenced_columns"}) {
      if (reference.contains(key)) normalize_names(reference[key], naming);
    }
    const auto same =
        std::find_if(normalized.begin(), normalized.end(),
                     [&table](const Json& other) { return other["referenced_table"] == table; });
    if (same == normalized.end()) {
      normalized.push_back(std::move(reference));
    } else {
      *same = std::move(reference);
    }
  }
  return normalized;
}

}  // namespace

Table normalize_identifiers(const Table& table, const NamingConvention& naming) {
  Table normalized{.name = naming.normalize_tables_path(table.name),
                   .properties = table.properties};
  if (const std::string parent = table.property("parent"); !parent.empty()) {
    normalized.set_property("parent", naming.normalize_tables_path(parent));
  }
  normalized.columns.reserve(table.columns.size());
  for (Column column : table.columns) {
    column.name = naming.normalize_path(column.name);
    if (Column* same = normalized.find(column.name); same != nullptr) {
      drop_defaults(column);
      merge_column(*same, column);
    } else {
      normalized.columns.push_back(std::move(column));
    }
  }
  if (const Json* references = find_property(*table.properties, "references");
      references != nullptr && references->is_array()) {
    normalized.set_property("references", normalize_references(*references, naming));
  }
  return normalized;
}

std::string normalize_pattern(std::string_view simple_regex, const NamingConvention& naming) {
  const bool is_expression = simple_regex.starts_with(kPrefix);
  std::string_view name = is_expression ? simple_regex.substr(kPrefix.size()) : simple_regex;
  const bool is_exact = name.size() >= 2 && name.front() == '^' && name.back() == '$';
  if (is_exact) name = name.substr(1, name.size() - 2);
  if (name.find_first_of(kSpecial) != std::string_view::npos || name.empty())
    return std::string(simple_regex);

  std::string normalized = naming.normalize_path(name);
  if (is_exact) normalized = "^" + normalized + "$";
  return is_expression ? std::string(kPrefix) + normalized : normalized;
}

}  // namespace dlt
