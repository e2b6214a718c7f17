// SPDX-License-Identifier: Apache-2.0
#include "conformance/linked_rows.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "conformance/comparison.hpp"

namespace dlt::conformance {
namespace {

constexpr std::string_view kLoadToken = "<load";
constexpr std::string_view kIdToken = "<id";

bool is_link(const std::string& column) {
  return column == "_dlt_parent_id" || column == "_dlt_root_id";
}

}  // namespace

std::set<std::string> fixed_ids(const Json& tables) {
  std::set<std::string> ids;
  for (const auto& [name, table] : tables.items()) {
    if (!table.contains("rows")) continue;
    for (const Json& row : table.at("rows")) {
      if (!row.contains("_dlt_id")) continue;
      if (const auto id = row.at("_dlt_id").get<std::string>(); !id.starts_with(kIdToken))
        ids.insert(id);
    }
  }
  return ids;
}

void LinkedRows::add_run(const Json& tables, std::set<std::string> fixed) {
  tables_ = tables;
  fixed_ = std::move(fixed);
  rows_.clear();
  ++runs_;
  for (const auto& [name, table] : tables_.items()) {
    if (name.starts_with("_dlt") || !table.contains("rows")) continue;
    for (const Json& row : table.at("rows")) {
      if (row.contains("_dlt_load_id")) loads_.insert(row.at("_dlt_load_id").get<std::string>());
      if (!row.contains("_dlt_id")) continue;
      const auto id = row.at("_dlt_id").get<std::string>();
      rows_[id] = &row;
      run_of_id_.try_emplace(id, runs_);
    }
  }
}

std::vector<std::string> LinkedRows::of(const std::string& table) const {
  std::vector<std::string> rows;
  for (const Json& row : tables_.at(table).at("rows")) rows.push_back(text(row));
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::string LinkedRows::text(const Json& row) const {
  Json shown = Json::object();
  for (const auto& [column, value] : row.items()) {
    if (value.is_null()) continue;
    shown[column] = value;
    if (column == "_dlt_load_id") shown[column] = load_number(value.get<std::string>());
    if (column != "_dlt_id" && !is_link(column)) continue;
    const auto id = value.get<std::string>();
    if (fixed_.contains(id)) continue;
    if (column == "_dlt_id") {
      shown[column] = fmt::format("of run {}", run_of_id_.at(id));
    } else {
      const auto found = rows_.find(id);
      shown[column] = found == rows_.end() ? "no row" : text(*found->second);
    }
  }
  return canonical(shown);
}

std::string LinkedRows::load_number(const std::string& load_id) const {
  if (load_id.starts_with(kLoadToken))
    return load_id.substr(kLoadToken.size(), load_id.size() - kLoadToken.size() - 1);
  return std::to_string(std::distance(loads_.begin(), loads_.find(load_id)) + 1);
}

}  // namespace dlt::conformance
