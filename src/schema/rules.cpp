// SPDX-License-Identifier: Apache-2.0
#include "schema/rules.hpp"

#include <algorithm>
#include <span>

#include <nlohmann/json.hpp>

#include "schema/merge.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

std::vector<NamePattern> compile(const Json* patterns) {
  std::vector<NamePattern> compiled;
  if (patterns == nullptr || !patterns->is_array()) return compiled;
  for (const Json& pattern : *patterns)
    compiled.emplace_back(pattern.get_ref<const std::string&>());
  return compiled;
}

bool any_matches(const std::vector<NamePattern>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [name](const NamePattern& pattern) { return pattern.matches(name); });
}

}  // namespace

SchemaRules::SchemaRules(const Schema& schema) : naming_(schema.shared_naming()) {
  if (const Json* types = find_property(schema.settings(), "preferred_types");
      types != nullptr && types->is_object()) {
    for (const auto& [pattern, type] : types->items()) {
      if (const auto parsed = parse_data_type(type.get_ref<const std::string&>())) {
        preferred_types_.emplace_back(NamePattern(pattern), *parsed);
      }
    }
  }
  if (const Json* hints = find_property(schema.settings(), "default_hints");
      hints != nullptr && hints->is_object()) {
    for (const auto& [hint, patterns] : hints->items()) {
      if (hint == "not_null") {
        not_null_ = compile(&patterns);
      } else if (!is_default_column_property(hint, true)) {
        hints_.push_back({hint, compile(&patterns)});
      }
    }
  }
  for (const Table& table : schema.tables()) {
    const Json* filters = find_property(*table.properties, "filters");
    if (filters == nullptr) continue;
    Filter filter{compile(find_property(*filters, "excludes")),
                  compile(find_property(*filters, "includes"))};
    if (!filter.excludes.empty()) filters_.emplace(table.name, std::move(filter));
  }
}

std::optional<DataType> SchemaRules::preferred_type(std::string_view column) const {
  for (const auto& [pattern, type] : preferred_types_) {
    if (pattern.matches(column)) return type;
  }
  return {};
}

bool SchemaRules::is_not_null(std::string_view column) const {
  return any_matches(not_null_, column);
}

Column SchemaRules::new_column(std::string name, DataType type, Variant variant) const {
  Column column{.name = std::move(name), .data_type = type};
  column.nullable = !is_not_null(column.name);
  Json hints = Json::object();
  for (const Hint& hint : hints_) {
    if (any_matches(hint.patterns, column.name)) hints[hint.name] = true;
  }
  if (variant == Variant::kYes) hints["variant"] = true;
  if (!hints.empty()) column.hints = std::make_shared<const Json>(std::move(hints));
  return column;
}

bool SchemaRules::is_excluded(std::string_view table, std::string_view column) const {
  const std::vector<std::string> branch = naming_->break_path(table);
  std::vector<std::string_view> parts(branch.begin(), branch.end());
  parts.push_back(column);
  const std::span<const std::string_view> all(parts);
  for (std::size_t depth = branch.size(); depth > 0; --depth) {
    const auto found = filters_.find(naming_->make_path(all.first(depth)));
    if (found == filters_.end()) continue;
    const std::string path = naming_->make_path(all.subspan(depth));
    if (any_matches(found->second.excludes, path) && !any_matches(found->second.includes, path))
      return true;
  }
  return false;
}

}  // namespace dlt
