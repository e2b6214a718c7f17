// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dlt/schema.hpp"

namespace dlt {

enum class MergeStrategy { kDeleteInsert, kScd2, kUpsert, kInsertOnly };
std::string_view to_string(MergeStrategy strategy);
std::optional<MergeStrategy> parse_merge_strategy(std::string_view name);

/// The merge strategies that a destination has for a table, the preferred one first. Empty: it
/// cannot merge, or is not known.
using MergeStrategies = std::vector<MergeStrategy>;

/// How a table with write disposition merge is merged: by its own or inherited `x-merge-strategy`,
/// else the destination's first. Empty: the disposition is another one, or the destination cannot
/// merge. Throws kDestination when it lacks that strategy.
std::optional<MergeStrategy> resolve_merge_strategy(const Schema& schema, const Table& table,
                                                    const MergeStrategies& supported);

/// Throws kSchema when the table's hints do not go with its strategy: no primary key for
/// upsert and insert-only, several columns with a hint that one can have.
void check_merge_hints(const Table& table, MergeStrategy strategy);

/// Where the `_dlt_id` of a root row comes from: anywhere, the primary key (upsert, insert-only),
/// or the whole row (scd2).
enum class RowIdType { kRandom, kKeyHash, kRowHash };
RowIdType row_id_type(const Schema& schema, const Table& table, const MergeStrategies& supported);

/// The columns with a hint that is there and not false, in the table's order; incomplete ones too.
std::vector<std::string> columns_with_hint(const Table& table, std::string_view hint);

/// Whether the rows below a root table need `_dlt_root_id`: because of the merge strategy or the
/// setting root_key_propagation, or because a table of the chain has it already.
bool requires_root_key(const Schema& schema, const Table& root, const MergeStrategies& supported);
/// Adds to the normalizer's configuration that the root's row key goes down as `_dlt_root_id`,
/// where the chain of `table` requires it.
void propagate_root_key(Schema& schema, std::string_view table, const MergeStrategies& supported);
/// The same for every table.
void propagate_root_keys(Schema& schema, const MergeStrategies& supported);

enum class RowLevel { kRoot, kNested };

/// Which values of a table's rows go down to the rows below: (column, column there). Later ones win
/// over those from above.
std::vector<std::pair<std::string, std::string>> propagated_columns(const Schema& schema,
                                                                    std::string_view table,
                                                                    RowLevel level);

/// How many levels of a record of this root table become tables: the table's
/// x-normalizer.max_nesting, else the configuration's, else 1000.
int max_nesting(const Schema& schema, std::string_view root_table);

}  // namespace dlt
