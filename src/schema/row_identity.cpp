// SPDX-License-Identifier: Apache-2.0
#include "schema/row_identity.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "schema/merge.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

constexpr int kDefaultMaxNesting = 1000;

constexpr std::array<std::pair<std::string_view, MergeStrategy>, 4> kStrategies = {{
    {"delete-insert", MergeStrategy::kDeleteInsert},
    {"scd2", MergeStrategy::kScd2},
    {"upsert", MergeStrategy::kUpsert},
    {"insert-only", MergeStrategy::kInsertOnly},
}};

bool has_column_with_hint(const Table& table, std::string_view hint) {
  return std::any_of(table.columns.begin(), table.columns.end(), [hint](const Column& column) {
    const Json* value = find_property(*column.hints, hint);
    return value != nullptr && !is_default_column_property(hint, *value);
  });
}

std::optional<int> integer_property(const Json& object, std::string_view key) {
  const Json* value = find_property(object, key);
  if (value == nullptr || !value->is_number_integer()) return {};
  return value->get<int>();
}

void append_mapping(std::vector<std::pair<std::string, std::string>>& columns,
                    const Json* mapping) {
  if (mapping == nullptr || !mapping->is_object()) return;
  for (const auto& [from, to] : mapping->items()) {
    const auto same = std::find_if(columns.begin(), columns.end(),
                                   [&from = from](const auto& c) { return c.first == from; });
    if (same == columns.end()) {
      columns.emplace_back(from, to.get<std::string>());
    } else {
      same->second = to.get<std::string>();
    }
  }
}

}  // namespace

std::string_view to_string(MergeStrategy strategy) {
  return kStrategies.at(static_cast<std::size_t>(strategy)).first;
}

std::optional<MergeStrategy> parse_merge_strategy(std::string_view name) {
  for (const auto& [known, strategy] : kStrategies) {
    if (known == name) return strategy;
  }
  return {};
}

std::optional<MergeStrategy> resolve_merge_strategy(const Schema& schema, const Table& table,
                                                    const MergeStrategies& supported) {
  const Json* disposition = schema.inherited_property(table.name, "write_disposition");
  if (disposition == nullptr || *disposition != "merge" || supported.empty()) return {};
  const Json* hint = schema.inherited_property(table.name, "x-merge-strategy");
  if (hint == nullptr || hint->is_null()) return supported.front();
  const std::string name = hint->is_string() ? hint->get<std::string>() : hint->dump();
  const auto strategy = parse_merge_strategy(name);
  if (strategy && std::find(supported.begin(), supported.end(), *strategy) != supported.end())
    return strategy;

  std::vector<std::string_view> names;
  for (const MergeStrategy known : supported) names.push_back(to_string(known));
  throw Error(
      ErrorCode::kDestination,
      fmt::format(
          "the destination does not have the merge strategy of table '{}': has {}, asked for '{}'",
          table.name, fmt::join(names, ", "), name))
      .add({.table = table.name});
}

void check_merge_hints(const Table& table, MergeStrategy strategy) {
  const bool is_by_key =
      strategy == MergeStrategy::kUpsert || strategy == MergeStrategy::kInsertOnly;
  if (is_by_key && columns_with_hint(table, "primary_key").empty()) {
    throw Error(ErrorCode::kSchema,
                fmt::format("merge strategy '{}' needs a primary key: table '{}' has none",
                            to_string(strategy), table.name),
                "name the columns that identify a record as primary_key, or use delete-insert")
        .add({.table = table.name});
  }
  for (const std::string_view hint :
       {"hard_delete", "dedup_sort", "x-valid-from", "x-valid-to", "x-row-version"}) {
    const std::vector<std::string> columns = columns_with_hint(table, hint);
    if (columns.size() < 2) continue;
    throw Error(ErrorCode::kSchema,
                fmt::format("at most one column of a table can have the hint '{}': {}", hint,
                            fmt::join(columns, ", ")),
                "take the hint away from all columns but one")
        .add({.table = table.name});
  }
}

RowIdType row_id_type(const Schema& schema, const Table& table, const MergeStrategies& supported) {
  const auto strategy = resolve_merge_strategy(schema, table, supported);
  if (strategy == MergeStrategy::kUpsert || strategy == MergeStrategy::kInsertOnly)
    return RowIdType::kKeyHash;
  if (strategy == MergeStrategy::kScd2) {
    const std::vector<std::string> version = columns_with_hint(table, "x-row-version");
    if (!version.empty() && version.front() == schema.naming().normalize_identifier("_dlt_id")) {
      return RowIdType::kRowHash;
    }
  }
  return RowIdType::kRandom;
}

std::vector<std::string> columns_with_hint(const Table& table, std::string_view hint) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    const Json* value = find_property(*column.hints, hint);
    if (value != nullptr && !is_default_column_property(hint, *value)) names.push_back(column.name);
  }
  return names;
}

bool requires_root_key(const Schema& schema, const Table& root, const MergeStrategies& supported) {
  if (!schema.is_system_name(root.name)) {
    const Json config = schema.normalizer_config();
    const Json* setting = find_property(config, "root_key_propagation");
    if (setting != nullptr && setting->is_boolean()) {
      if (setting->get<bool>()) return true;
    } else {
      const auto strategy = resolve_merge_strategy(schema, root, supported);
      if (strategy && *strategy != MergeStrategy::kScd2) return true;
    }
  }
  const std::vector<const Table*> chain = schema.table_chain(root.name);
  return std::any_of(chain.begin(), chain.end(),
                     [](const Table* table) { return has_column_with_hint(*table, "root_key"); });
}

void propagate_root_key(Schema& schema, std::string_view table_name,
                        const MergeStrategies& supported) {
  const Table* table = schema.find_table(table_name);
  if (table == nullptr) return;
  const Table& root = schema.root_table(*table);
  if (!requires_root_key(schema, root, supported)) return;

  const std::vector<std::string> row_key = columns_with_hint(root, "row_key");
  const std::string from =
      row_key.empty() ? schema.naming().normalize_identifier("_dlt_id") : row_key.front();
  const std::string to = schema.naming().normalize_identifier("_dlt_root_id");
  const Json config = schema.normalizer_config();
  const Json* existing = find_property(config, "propagation");
  Json propagation = existing != nullptr && existing->is_object() ? *existing : Json::object();
  Json& mapping = propagation["tables"][root.name];
  if (mapping.is_object() && mapping.contains(from) && mapping[from] == to) return;
  mapping[from] = to;
  schema.set_normalizer_config("propagation", std::move(propagation));
}

void propagate_root_keys(Schema& schema, const MergeStrategies& supported) {
  for (const Table& table : schema.tables()) propagate_root_key(schema, table.name, supported);
}

std::vector<std::pair<std::string, std::string>> propagated_columns(const Schema& schema,
                                                                    std::string_view table,
                                                                    RowLevel level) {
  std::vector<std::pair<std::string, std::string>> columns;
  const Json config = schema.normalizer_config();
  const Json* propagation = find_property(config, "propagation");
  if (propagation == nullptr) return columns;
  if (level == RowLevel::kRoot) append_mapping(columns, find_property(*propagation, "root"));
  if (const Json* tables = find_property(*propagation, "tables"); tables != nullptr) {
    append_mapping(columns, find_property(*tables, table));
  }
  return columns;
}

int max_nesting(const Schema& schema, std::string_view root_table) {
  if (const Table* table = schema.find_table(root_table); table != nullptr) {
    if (const Json* normalizer = find_property(*table->properties, "x-normalizer");
        normalizer != nullptr) {
      if (const auto own = integer_property(*normalizer, "max_nesting")) return *own;
    }
  }
  return integer_property(schema.normalizer_config(), "max_nesting").value_or(kDefaultMaxNesting);
}

}  // namespace dlt
