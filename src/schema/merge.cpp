// SPDX-License-Identifier: Apache-2.0
#include "schema/merge.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "schema/document.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

constexpr std::array<std::string_view, 5> kCompound = {"partition", "cluster", "primary_key",
                                                       "merge_key", "incremental"};

template <typename T>
void take(std::optional<T>& member, const std::optional<T>& incoming) {
  if (incoming) member = incoming;
}

void check_compatible(const Table& table, const Table& partial) {
  if (table.name != partial.name) {
    throw Error(ErrorCode::kSchema,
                fmt::format("tables of different names cannot be merged: '{}', '{}'", table.name,
                            partial.name));
  }
  const std::string parent = table.property("parent");
  const std::string incoming_parent = partial.property("parent");
  if (parent != incoming_parent) {
    throw Error(ErrorCode::kSchema,
                fmt::format("the parent of table '{}' cannot change: schema '{}', update '{}'",
                            table.name, parent, incoming_parent))
        .add({.table = table.name});
  }
  if (table.is_nested() && !partial.property("resource").empty()) {
    throw Error(
        ErrorCode::kSchema,
        fmt::format("table '{}' is nested in '{}' and cannot have a resource of its own: '{}'",
                    table.name, parent, partial.property("resource")))
        .add({.table = table.name});
  }
  for (const Column& incoming : partial.columns) {
    const Column* existing = table.find(incoming.name);
    if (existing == nullptr || !existing->is_complete() || !incoming.is_complete()) continue;
    if (existing->data_type != incoming.data_type) {
      throw Error(
          ErrorCode::kSchema,
          fmt::format("the data type of a column cannot change: column '{}', schema {}, update {}",
                      incoming.name, to_string(*existing->data_type),
                      to_string(*incoming.data_type)),
          "drop the column's table, or load the new type under another name")
          .add({.table = table.name, .column = incoming.name});
    }
  }
}

void replace_compound(Table& table, const Table& partial) {
  std::set<std::string, std::less<>> said;
  for (const Column& column : partial.columns) {
    for (const auto& [property, value] : column.hints->items()) {
      if (is_compound_property(property) && !is_default_column_property(property, value)) {
        said.insert(property);
      }
    }
  }
  for (const std::string& property : said) {
    // A column that was never more than a key that was named goes with it.
    std::erase_if(table.columns, [&](const Column& column) {
      return !column.is_complete() && column.hints->size() == 1 && column.hints->contains(property);
    });
    remove_column_property(table, property);
  }
}

void merge_property(Json& properties, const std::string& key, const Json& value) {
  Json& own = properties[key];
  const bool is_processing =
      std::find(kProcessingHints.begin(), kProcessingHints.end(), key) != kProcessingHints.end();
  if (key == "references" && own.is_array() && value.is_array()) {
    own = merge_references(own, value);
  } else if (is_processing && own.is_object() && value.is_object()) {
    // Hints of a resource must not forget that the table has seen data.
    for (const auto& [hint, member] : value.items()) own[hint] = member;
  } else {
    own = value;
  }
}

}  // namespace

bool is_default_column_property(std::string_view property, const Json& value) {
  if (property == "x-active-record-timestamp") return false;
  if (value.is_null()) return true;
  const bool default_value = property == "nullable" || property == "timezone";
  return value.is_boolean() && value.get<bool>() == default_value;
}

bool is_compound_property(std::string_view property) {
  return std::find(kCompound.begin(), kCompound.end(), property) != kCompound.end();
}

void merge_column(Column& column, const Column& incoming) {
  take(column.data_type, incoming.data_type);
  take(column.nullable, incoming.nullable);
  take(column.precision, incoming.precision);
  take(column.scale, incoming.scale);
  take(column.timezone, incoming.timezone);
  if (incoming.hints->empty()) return;
  auto merged = std::make_shared<Json>(*column.hints);
  for (const auto& [key, value] : incoming.hints->items()) (*merged)[key] = value;
  column.hints = std::move(merged);
}

Json merge_references(const Json& existing, const Json& incoming) {
  const auto agree = [](const Json& a, const Json& b, std::string_view key) {
    const Json* of_a = find_property(a, key);
    const Json* of_b = find_property(b, key);
    return of_a == nullptr || of_b == nullptr ? of_a == of_b : same_content(*of_a, *of_b);
  };
  Json merged = existing;
  for (const Json& reference : incoming) {
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const Json& other) {
      return agree(other, reference, "referenced_table");
    });
    if (same == merged.end()) {
      merged.push_back(reference);
    } else if (!agree(*same, reference, "columns") ||
               !agree(*same, reference, "referenced_columns")) {
      *same = reference;
    }
  }
  return merged;
}

void remove_column_property(Table& table, std::string_view property) {
  for (Column& column : table.columns) column.erase_hint(property);
}

void merge_table(Table& table, const Table& partial, CompoundHints compound) {
  check_compatible(table, partial);
  if (compound == CompoundHints::kReplace) replace_compound(table, partial);

  for (const Column& incoming : partial.columns) {
    Column* existing = table.find(incoming.name);
    if (existing == nullptr) {
      table.columns.push_back(incoming);
      continue;
    }
    const bool completes = incoming.is_complete() && !existing->is_complete();
    merge_column(*existing, incoming);
    if (completes) {
      const auto at = table.columns.begin() + (existing - table.columns.data());
      std::rotate(at, at + 1, table.columns.end());
    }
  }

  auto merged = std::make_shared<Json>(*table.properties);
  for (const auto& [key, value] : partial.properties->items()) merge_property(*merged, key, value);
  table.properties = std::move(merged);
}

Table diff_table(const Table& existing, const Table& incoming) {
  Table merged = existing;
  merge_table(merged, incoming, CompoundHints::kMerge);

  Table diff{.name = existing.name};
  for (Column& column : merged.columns) {
    const Column* before = existing.find(column.name);
    if (before == nullptr || !(*before == column)) diff.columns.push_back(std::move(column));
  }
  Json properties = Json::object();
  for (const auto& [key, value] : merged.properties->items()) {
    const Json* before = find_property(*existing.properties, key);
    if (key == "parent" || before == nullptr || !same_content(*before, value))
      properties[key] = value;
  }
  diff.properties = std::make_shared<const Json>(std::move(properties));
  return diff;
}

}  // namespace dlt
