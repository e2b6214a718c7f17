// SPDX-License-Identifier: Apache-2.0
#include "normalize/finding.hpp"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

namespace dlt::normalize {
namespace {

bool holds(const Finding& finding, const SchemaSnapshot& schema) {
  const Column* column =
      finding.column.empty() ? nullptr : schema.find_column(finding.table, finding.column);
  const bool missing = column == nullptr || !column->is_complete();
  switch (finding.kind) {
    case Finding::Kind::kTable: {
      const Table* table = schema.find_table(finding.table);
      return table == nullptr || table->name == finding.table;
    }
    case Finding::Kind::kColumn:
      return missing || *column == finding.column_definition;
    case Finding::Kind::kNull:
      return missing || column->is_nullable();
    case Finding::Kind::kNested:
      return missing || column->data_type != DataType::kJson;
    case Finding::Kind::kDiscarded:
      return missing;
    case Finding::Kind::kTableGone:
    case Finding::Kind::kNewTable:
      return schema.is_new_table(finding.table);
    case Finding::Kind::kOwner: {
      const std::string owner = recorded_owner(schema, finding.table, finding.column);
      return owner.empty() || owner == finding.source;
    }
  }
  return false;
}

void record_owner(Table& table, const Finding& finding) {
  if (finding.column.empty()) {
    table.set_property(kSourceKey, finding.source);
    return;
  }
  // A name may have an owner before it has a column.
  if (table.find(finding.column) == nullptr) table.columns.push_back({.name = finding.column});
  table.find(finding.column)->set_hint(kSourceKey, finding.source);
}

}  // namespace

std::string recorded_owner(const SchemaSnapshot& schema, std::string_view table,
                           std::string_view column) {
  if (column.empty()) {
    const Table* found = schema.find_table(table);
    return found == nullptr ? std::string{} : found->property(kSourceKey);
  }
  const Column* found = schema.find_column(table, column);
  if (found == nullptr) return {};
  const auto owner = found->hints->find(kSourceKey);
  return owner == found->hints->end() ? std::string{} : owner->get<std::string>();
}

bool still_hold(const std::vector<Finding>& findings, const SchemaSnapshot& schema) {
  for (const Finding& finding : findings) {
    if (!holds(finding, schema)) return false;
  }
  return true;
}

std::shared_ptr<const Schema> with_proposals(const std::vector<Finding>& findings,
                                             std::shared_ptr<const Schema> schema) {
  const auto proposes = [](const Finding& finding) { return finding.proposes(); };
  if (std::none_of(findings.begin(), findings.end(), proposes)) return schema;
  auto grown = std::make_shared<Schema>(*schema);
  // Columns of one table are added together: each addition looks at the whole table.
  std::map<std::string, Table> updates;
  const auto update = [&](const std::string& name) {
    const auto waiting = updates.find(name);
    if (waiting == updates.end()) return;
    if (const Table* table = grown->find_table(name); table != nullptr && table->is_nested())
      waiting->second.set_property("parent", table->property("parent"));
    grown->update_table(waiting->second);
    updates.erase(waiting);
  };
  for (const Finding& finding : findings) {
    if (finding.kind == Finding::Kind::kTable && grown->find_table(finding.table) == nullptr) {
      grown->update_table(finding.table_definition);
    } else if (finding.kind == Finding::Kind::kColumn) {
      Table& table = updates[finding.table];
      table.name = finding.table;
      table.columns.push_back(finding.column_definition);
    } else if (finding.kind == Finding::Kind::kOwner) {
      update(finding.table);
      record_owner(*grown->find_table(finding.table), finding);
    }
  }
  while (!updates.empty()) update(std::string(updates.begin()->first));
  return grown;
}

}  // namespace dlt::normalize
