// SPDX-License-Identifier: Apache-2.0
#include "extract/division.hpp"

namespace dlt {
namespace {

/// Why rows that are merged into a table must come together; null: they need not.
const char* merge_obstacle(const Schema& schema, const Table& table,
                           const MergeStrategies& supported) {
  if (resolve_merge_strategy(schema, table, supported) == MergeStrategy::kScd2)
    return "scd2 retires what is not among them";
  if (!columns_with_hint(table, "merge_key").empty())
    return "they take the place of all rows with their merge key";
  if (!columns_with_hint(table, "dedup_sort").empty())
    return "dedup_sort chooses among all of them";
  return nullptr;
}

}  // namespace

Division division_of(const Schema& schema, const std::vector<Table>& tables,
                     const IncrementalFilter* filter, const MergeStrategies& supported) {
  bool appends = false;
  for (const Table& hinted : tables) {
    const Table& table = *schema.find_table(hinted.name);
    const std::string disposition = table.property("write_disposition");
    if (disposition == "replace") return {.obstacle = "replace has them all at once"};
    if (disposition == "merge") {
      if (const char* obstacle = merge_obstacle(schema, table, supported))
        return {.obstacle = obstacle};
      // Without a key merge appends.
      appends = appends || columns_with_hint(table, "primary_key").empty();
    } else {
      // A nested table, which has none, goes with its root.
      appends = appends || disposition == "append" || table.property("parent").empty();
    }
  }
  if (filter == nullptr || !filter->is_stateful() || !appends) return {};
  if (filter->rule().row_order == IncrementalRule::RowOrder::kAscending)
    return {.moves_cursor = true};
  return {.obstacle =
              "they are appended, and the cursor comes in no order; where it does, "
              "row_order says so"};
}

}  // namespace dlt
