// SPDX-License-Identifier: Apache-2.0
#include "schema/declared_columns.hpp"

#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt {

void DeclaredColumns::add(const Table& table) {
  for (const Column& column : table.columns) {
    if (column.is_complete()) columns_[table.name].insert(column.name);
  }
}

void DeclaredColumns::add(const Schema& schema) {
  for (const Table& table : schema.tables()) add(table);
}

bool DeclaredColumns::contains(std::string_view table, std::string_view column) const {
  const auto found = columns_.find(table);
  return found != columns_.end() && found->second.contains(column);
}

Json DeclaredColumns::to_json() const {
  Json document = Json::object();
  for (const auto& [table, columns] : columns_) document[table] = columns;
  return document;
}

DeclaredColumns DeclaredColumns::from_json(const Json& document) {
  DeclaredColumns declared;
  try {
    for (const auto& [table, columns] : document.get_ref<const Json::object_t&>()) {
      declared.columns_[table] = columns.get<std::set<std::string, std::less<>>>();
    }
  } catch (const Json::exception&) {
    throw Error(ErrorCode::kState,
                "the set of declared columns is malformed: expected lists of names by table");
  }
  return declared;
}

}  // namespace dlt
