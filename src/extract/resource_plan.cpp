// SPDX-License-Identifier: Apache-2.0
#include "extract/resource_plan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "schema/hints.hpp"
#include "schema/row_identity.hpp"

namespace dlt {
namespace {

std::string disposition_of(const Table& table) {
  const std::string disposition = table.property("write_disposition");
  return disposition.empty() ? "append" : disposition;
}

/// The rows of two tables would be in one. Nested tables get other names where it comes to that.
void check_name(const std::string& name, const Schema& schema, const Capabilities& capabilities) {
  const std::string folded = capabilities.fold(name);
  if (folded.starts_with("_dlt")) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("table name '{}' is reserved: dlt's own begin so", name),
                "name another table");
  }
  for (const Table& other : schema.tables()) {
    if (other.name == name || capabilities.fold(other.name) != folded) continue;
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the destination does not tell the tables '{}' and '{}' apart",
                            other.name, name),
                "name another table");
  }
}

/// Rows that another strategy brings have no validity.
void check_versions(const Table* known, std::optional<MergeStrategy> strategy) {
  if (!strategy || *strategy == MergeStrategy::kScd2 || known == nullptr ||
      known->property("x-merge-strategy") != "scd2" || !known->has_seen_data())
    return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("table '{}' keeps versions of its rows (scd2): what another strategy "
                          "merges into it would have no validity",
                          known->name),
              "go on by scd2 (merge:scd2), or replace the table");
}

}  // namespace

ResourcePlan plan_of(const ExtractContext& context, const Resource& resource) {
  const ResourceHints& hints = resource.hints();
  ResourcePlan plan{.tables = tables_from_hints(context.schema, resource.name(), hints),
                    .schema = context.schema};
  plan.table = plan.tables.front().name;
  if (plan.table.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("nothing is left of the table name '{}' when it is normalized",
                            hints.table_name.value_or(resource.name())),
                "name another table");
  }
  for (const Table& table : plan.tables) plan.schema.update_table(table, CompoundHints::kReplace);
  check_name(plan.table, plan.schema, context.capabilities);
  const Table& table = *plan.schema.find_table(plan.table);
  plan.disposition = disposition_of(table);
  if (plan.disposition == "skip") return plan;
  const std::optional<MergeStrategy> strategy =
      resolve_merge_strategy(plan.schema, table, context.capabilities.merge_strategies);
  if (strategy) check_merge_hints(table, *strategy);
  check_versions(context.schema.find_table(plan.table), strategy);
  const bool has_primary_key = !columns_with_hint(table, "primary_key").empty();
  plan.is_unkeyed = strategy == MergeStrategy::kDeleteInsert && !has_primary_key &&
                    columns_with_hint(table, "merge_key").empty();
  if (hints.incremental) {
    plan.incremental =
        check_incremental(*hints.incremental, hints.primary_key, context.environment);
    plan.incremental->merges = strategy && *strategy != MergeStrategy::kScd2 && has_primary_key;
  }
  return plan;
}

}  // namespace dlt
