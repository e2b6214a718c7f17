// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/chain_plan.hpp"

#include <fmt/format.h>

#include "destinations/sql/merge_plan.hpp"
#include "destinations/sql/step_list.hpp"
#include "dlt/naming.hpp"

namespace dlt::sql {
namespace {

void append(StepList& steps, const TableChain& chain) {
  for (const TableRows& rows : chain.tables) steps.copy(rows, steps.final_name(rows));
}

// Readers of an emptied table wait until the load is done where emptying locks it; with the staging
// strategies they see what was there until then.
void truncate_and_insert(StepList& steps, const TableChain& chain) {
  for (const TableRows& rows : chain.tables)
    steps.execute(empty_table(steps.dialect(), steps.final_name(rows)));
  append(steps, chain);
}

void insert_from_staging(StepList& steps, const TableChain& chain) {
  for (const TableRows& rows : chain.tables) steps.stage(rows);
  for (const TableRows& rows : chain.tables) {
    const std::string columns = steps.columns(rows);
    steps.execute(fmt::format("DELETE FROM {}", steps.final_name(rows)));
    if (rows.files.empty()) continue;
    steps.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", steps.final_name(rows),
                              columns, columns, steps.staged_name(rows)));
  }
  steps.drop_staged();
}

// Nobody else sees the new table before it has the other's name.
void swap_tables(StepList& steps, const TableChain& chain) {
  for (const TableRows& rows : chain.tables) {
    const std::string name = steps.final_name(rows);
    const std::string replacing =
        steps.place() / ("_dlt_replacing_" + NamingConvention::compute_tag(rows.table->name));
    steps.execute(fmt::format("CREATE TABLE {} (LIKE {} INCLUDING ALL)", replacing, name));
    steps.copy(rows, replacing);
    steps.execute(fmt::format("DROP TABLE {}", name));
    steps.execute(fmt::format("ALTER TABLE {} RENAME TO {}", replacing, quote(rows.table->name)));
  }
}

}  // namespace

std::vector<Step> plan_chain(const Dialect& dialect, const Place& place, const TableChain& chain) {
  StepList steps(dialect, place);
  if (std::holds_alternative<Append>(chain.disposition)) {
    append(steps, chain);
  } else if (const auto* replace = std::get_if<ReplaceStrategy>(&chain.disposition)) {
    switch (*replace) {
      case ReplaceStrategy::kTruncateAndInsert:
        truncate_and_insert(steps, chain);
        break;
      case ReplaceStrategy::kInsertFromStaging:
        insert_from_staging(steps, chain);
        break;
      case ReplaceStrategy::kStagingOptimized:
        swap_tables(steps, chain);
        break;
    }
  } else {
    plan_merge(steps, chain);
  }
  return std::move(steps).take();
}

}  // namespace dlt::sql
