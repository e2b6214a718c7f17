// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "dlt/schema.hpp"

namespace dlt {

/// Whether `value` is what a column property has when it is not said: false and null for most, true
/// for nullable and timezone.
bool is_default_column_property(std::string_view property, const Json& value);
/// primary_key, merge_key, partition, cluster, incremental: they mean something only over all
/// columns together.
bool is_compound_property(std::string_view property);

/// What `incoming` says wins; what it does not say stays.
void merge_column(Column& column, const Column& incoming);
/// Takes a property away from every column, whatever its value.
void remove_column_property(Table& table, std::string_view property);

/// Merges `partial` into `table`: new columns go to the end, and so does an incomplete column that
/// becomes complete. References are merged by referenced table, processing hints by key, other
/// properties are replaced. Throws kSchema when the name, the parent or the data_type of a complete
/// column would change.
void merge_table(Table& table, const Table& partial, CompoundHints compound);
/// What merging `incoming` into `existing` would add or change: whole columns, as they would be
/// then, and single properties. The name and the parent are always there. Throws as `merge_table`
/// does.
Table diff_table(const Table& existing, const Table& incoming);
/// Lists of references: one a referenced table, the incoming one in the place of the old.
Json merge_references(const Json& existing, const Json& incoming);

}  // namespace dlt
