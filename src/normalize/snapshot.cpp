// SPDX-License-Identifier: Apache-2.0
#include "normalize/snapshot.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "schema/coercion.hpp"

namespace dlt::normalize {

SchemaSnapshot::SchemaSnapshot(std::shared_ptr<const Schema> schema,
                               std::shared_ptr<const Settings> settings)
    : schema_(std::move(schema)), settings_(std::move(settings)), rules_(*schema_) {
  for (const Json& name : schema_->settings().value("detections", Json::array())) {
    if (const auto detection = parse_detection(name.get<std::string>()))
      detections_.push_back(*detection);
  }
  tables_.reserve(schema_->tables().size());
  for (const Table& table : schema_->tables()) {
    TableEntry entry{.table = &table};
    entry.columns.reserve(table.columns.size());
    for (const Column& column : table.columns) {
      entry.columns.emplace(settings_->capabilities->fold(column.name), &column);
    }
    tables_.emplace(settings_->capabilities->fold(table.name), std::move(entry));
  }
}

const Table* SchemaSnapshot::find_table(std::string_view name) const {
  const auto found = tables_.find(settings_->capabilities->fold(name));
  return found == tables_.end() ? nullptr : found->second.table;
}

const Column* SchemaSnapshot::find_column(std::string_view table, std::string_view column) const {
  const auto found = tables_.find(settings_->capabilities->fold(table));
  if (found == tables_.end()) return nullptr;
  const auto hit = found->second.columns.find(settings_->capabilities->fold(column));
  return hit == found->second.columns.end() ? nullptr : hit->second;
}

bool SchemaSnapshot::is_new_table(std::string_view name) const {
  const Table* table = find_table(name);
  return table == nullptr || std::none_of(table->columns.begin(), table->columns.end(),
                                          [](const Column& c) { return c.is_complete(); });
}

bool SchemaSnapshot::is_declared(std::string_view table, const Column& column) const {
  if (settings_->declared.contains(table, column.name) ||
      rules_.preferred_type(column.name) == column.data_type)
    return true;
  return column.data_type == DataType::kTimestamp &&
         std::ranges::find(detections_, Detection::kTimestamp) != detections_.end();
}

DataType SchemaSnapshot::type_for(const Value& value) const {
  const std::optional<DataType> detected = detect(detections_, value, settings_->started);
  return detected ? *detected : natural_type(value, settings_->wei_digits());
}

}  // namespace dlt::normalize
