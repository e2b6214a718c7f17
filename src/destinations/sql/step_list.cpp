// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/step_list.hpp"

#include <span>

#include <fmt/format.h>

namespace dlt::sql {

std::string StepList::temporary(std::string_view table) const {
  return fmt::format("{}.{}", dialect_.temporary, quote(table));
}

std::string StepList::columns(const TableRows& rows, std::string_view prefix) const {
  std::string list;
  for (const std::string& column : quoted_columns(*rows.table)) {
    if (!list.empty()) list += ", ";
    list += prefix;
    list += column;
  }
  return list;
}

void StepList::execute(std::string sql) {
  steps_.push_back({.kind = Step::Kind::kExecute, .sql = std::move(sql)});
}

void StepList::copy(const TableRows& rows, std::string into, bool in_order) {
  if (rows.files.empty()) return;
  steps_.push_back(
      {.kind = Step::Kind::kCopy, .sql = std::move(into), .rows = &rows, .in_order = in_order});
}

void StepList::refuse(std::string query, std::string message, std::string hint) {
  steps_.push_back({.kind = Step::Kind::kRefuse,
                    .sql = std::move(query),
                    .message = std::move(message),
                    .hint = std::move(hint)});
}

void StepList::stage(const TableRows& rows, bool in_order) {
  const std::size_t first = steps_.size();
  keep(rows.table->name, fmt::format("SELECT {} FROM {} LIMIT 0", columns(rows), final_name(rows)));
  copy(rows, staged_name(rows), in_order);
  mark_staging(first);
}

void StepList::mark_staging(std::size_t first) {
  for (Step& step : std::span(steps_).subspan(first)) step.is_staging = true;
}

void StepList::analyze(const TableRows& rows, const std::vector<std::string>& columns) {
  if (dialect_.analyze.empty() || rows.files.empty() || columns.empty()) return;
  execute(fmt::format("{} {} ({})", dialect_.analyze, staged_name(rows), fmt::join(columns, ", ")));
  mark_staging(steps_.size() - 1);
}

void StepList::keep(std::string_view name, const std::string& query) {
  execute(fmt::format("CREATE TEMPORARY TABLE {} AS {}", quote(name), query));
  temporaries_.emplace_back(name);
}

void StepList::drop(std::string_view name) {
  execute(fmt::format("DROP TABLE {}", temporary(name)));
  std::erase(temporaries_, name);
}

void StepList::drop_staged() {
  for (const std::string& name : temporaries_)
    execute(fmt::format("DROP TABLE {}", temporary(name)));
  temporaries_.clear();
}

}  // namespace dlt::sql
