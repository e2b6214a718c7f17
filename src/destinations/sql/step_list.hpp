// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "destinations/sql/chain_plan.hpp"

namespace dlt::sql {

/// Steps under construction, and the names of the tables that they use: a table of the dataset, and
/// the temporary table of the same name that its new rows are staged in.
class StepList {
 public:
  StepList(const Dialect& dialect, const Place& place) : dialect_(dialect), place_(place) {}

  const Dialect& dialect() const { return dialect_; }
  const Place& place() const { return place_; }
  std::string final_name(const TableRows& rows) const { return place_ / rows.table->name; }
  std::string staged_name(const TableRows& rows) const { return temporary(rows.table->name); }
  std::string temporary(std::string_view table) const;
  /// Quoted names of the table's columns, with `prefix` before each.
  std::string columns(const TableRows& rows, std::string_view prefix = {}) const;

  void execute(std::string sql);
  /// Nothing when there are no files.
  void copy(const TableRows& rows, std::string into, bool in_order = false);
  void refuse(std::string query, std::string message, std::string hint);
  /// A temporary table with the columns of the table, and its new rows.
  void stage(const TableRows& rows, bool in_order = false);
  /// Statistics of these columns of a staged table, where queries on it are planned by them.
  void analyze(const TableRows& rows, const std::vector<std::string>& columns);
  /// A temporary table of what a query gives.
  void keep(std::string_view name, const std::string& query);
  /// Drops what `keep` made.
  void drop(std::string_view name);
  /// Drops what `stage` and `keep` made and is still there.
  void drop_staged();

  std::vector<Step> take() && { return std::move(steps_); }

 private:
  /// All steps from that one on.
  void mark_staging(std::size_t first);

  const Dialect& dialect_;
  const Place& place_;
  std::vector<Step> steps_;
  std::vector<std::string> temporaries_;
};

}  // namespace dlt::sql
