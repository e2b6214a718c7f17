// SPDX-License-Identifier: Apache-2.0
#include "extract/division.hpp"

#include <algorithm>
#include <map>

#include "schema/hints.hpp"

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

/// Why rows that are appended by a cursor must come together; null: they need not.
const char* cursor_obstacle(const IncrementalRule& rule) {
  if (rule.row_order != IncrementalRule::RowOrder::kAscending)
    return "they are appended, and the cursor comes in no order; where it does, row_order says so";
  if (!rule.deduplicates())
    return "they are appended, and rows at the last value of the cursor are not told apart "
           "(range_start, lag or an empty primary key)";
  if (rule.on_missing == IncrementalRule::OnMissing::kInclude)
    return "they are appended, and those without cursor would come again";
  return nullptr;
}

}  // namespace

Division division_of(const Schema& schema, const std::vector<Table>& tables,
                     const IncrementalFilter* filter, Remembered remembered,
                     const MergeStrategies& supported) {
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
  if (!appends) return {};
  if (filter != nullptr && filter->is_stateful()) {
    const char* obstacle = cursor_obstacle(filter->rule());
    return obstacle == nullptr ? Division{.moves_cursor = true} : Division{.obstacle = obstacle};
  }
  if (remembered == Remembered::kYes) {
    if (filter == nullptr) return {};
    return {.obstacle = "they are appended, and their files count as loaded with the last of them"};
  }
  return {.obstacle = "they are appended, and a run that is made again would append them again",
          .forgets = true};
}

bool share_undivided_table(const std::vector<Resource>& resources, const Schema& schema,
                           const MergeStrategies& supported) {
  Schema hinted = schema;
  std::map<std::string, int> loading;
  std::vector<std::vector<Table>> of_resources;
  for (const Resource& resource : resources) {
    of_resources.push_back(tables_from_hints(schema, resource.name(), resource.hints()));
    for (const Table& table : of_resources.back()) {
      if (table.name.empty()) continue;
      hinted.update_table(table, CompoundHints::kReplace);
      ++loading[table.name];
    }
  }
  return std::ranges::any_of(of_resources, [&](const std::vector<Table>& tables) {
    const bool is_shared =
        std::ranges::any_of(tables, [&](const Table& table) { return loading[table.name] > 1; });
    return is_shared && !tables.front().name.empty() &&
           !division_of(hinted, tables, nullptr, Remembered::kYes, supported).obstacle.empty();
  });
}

}  // namespace dlt
