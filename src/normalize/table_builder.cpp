// SPDX-License-Identifier: Apache-2.0
#include "normalize/table_builder.hpp"

#include <algorithm>
#include <bit>

#include <nlohmann/json.hpp>

namespace dlt::normalize {
namespace {

Direct direct_of(const Column& column) {
  switch (*column.data_type) {
    case DataType::kText:
      return column.precision ? Direct::kNone : Direct::kText;
    case DataType::kBigint:
      return column.precision ? Direct::kNone : Direct::kBigint;
    case DataType::kDouble:
      return Direct::kDouble;
    case DataType::kBool:
      return Direct::kBool;
    default:
      return Direct::kNone;
  }
}

/// Digits of the fraction of a second that the column has at the destination.
int clock_precision(const Column& column, const Field& field, const Capabilities& capabilities) {
  const bool is_local = field.type == DataType::kTimestamp && !field.timezone;
  const int wanted = is_local || capabilities.has_zoned_precision
                         ? column.precision.value_or(capabilities.timestamp_precision)
                         : capabilities.timestamp_precision;
  const int precision = std::min(wanted, capabilities.max_timestamp_precision);
  if (!is_local) return precision;
  const auto& steps = capabilities.local_timestamp_precisions;
  const auto enough = std::lower_bound(steps.begin(), steps.end(), precision);
  return enough == steps.end() ? precision : *enough;
}

}  // namespace

Field field_of(const Column& column, const Capabilities& capabilities) {
  Field field{.name = column.name, .type = column.data_type.value()};
  switch (field.type) {
    case DataType::kTimestamp:
    case DataType::kTime:
      field.timezone = column.timezone.value_or(true);
      field.precision = clock_precision(column, field, capabilities);
      break;
    case DataType::kWei:
      field.precision = column.precision.value_or(capabilities.wei_precision.precision);
      field.scale = column.scale.value_or(capabilities.wei_precision.scale);
      break;
    case DataType::kBigint:
      // Integers come in 8, 16, 32, 64 bits.
      if (column.precision)
        field.precision = static_cast<int>(
            std::bit_ceil(static_cast<unsigned>(std::clamp(*column.precision, 8, 64))));
      break;
    case DataType::kText:
    case DataType::kBinary:
      if (capabilities.has_text_length) field.precision = column.precision.value_or(0);
      break;
    case DataType::kDecimal:
      field.precision = column.precision.value_or(capabilities.decimal_precision.precision);
      field.scale = column.scale.value_or(capabilities.decimal_precision.scale);
      break;
    default:
      break;
  }
  return field;
}

TableBuilder::TableBuilder(std::string name, std::string_view parent,
                           const SchemaSnapshot& snapshot)
    : name_(std::move(name)), capabilities_(*snapshot.settings().capabilities) {
  const Table* table = snapshot.find_table(name_);
  is_new = snapshot.is_new_table(name_);
  is_root = table != nullptr && !table->is_nested();
  if (table != nullptr) {
    all_columns = static_cast<std::size_t>(
        std::ranges::count_if(table->columns, [](const Column& c) { return c.is_complete(); }));
  }
  makes_ids = !snapshot.settings().without_ids.contains(name_);
  contract = snapshot.schema().contract_for(name_, parent);
  if (table != nullptr) {
    const auto normalizer = table->properties->find("x-normalizer");
    evolves_once =
        normalizer != table->properties->end() && normalizer->value("evolve-columns-once", false);
  }
  if (is_root) {
    id_type = row_id_type(snapshot.schema(), *table, capabilities_.merge_strategies);
    if (id_type == RowIdType::kKeyHash) key_columns = columns_with_hint(*table, "primary_key");
    std::ranges::sort(key_columns);
  }
  propagated =
      propagated_columns(snapshot.schema(), name_, is_root ? RowLevel::kRoot : RowLevel::kNested);
}

std::int32_t TableBuilder::find(std::string_view column) const {
  const auto found = by_name_.find(capabilities_.fold(column));
  return found == by_name_.end() ? kNoColumn : found->second;
}

std::uint32_t TableBuilder::claim_index(std::string_view column) {
  const auto next = static_cast<std::uint32_t>(claims_.size());
  const auto [place, added] = claims_by_name_.emplace(capabilities_.fold(column), next);
  if (added) claims_.emplace_back();
  return place->second;
}

std::int32_t TableBuilder::add(Column definition, const SchemaSnapshot& snapshot) {
  const auto index = static_cast<std::int32_t>(columns_.size());
  batch.add_column(field_of(definition, capabilities_));
  by_name_.emplace(capabilities_.fold(definition.name), index);
  if (definition.data_type == DataType::kJson) ++json_columns;
  columns_.push_back({.direct = direct_of(definition),
                      .nullable = definition.is_nullable(),
                      .declared = snapshot.is_declared(name_, definition)});
  columns_.back().definition = std::move(definition);
  return index;
}

void TableBuilder::rollback(std::int64_t rows) {
  for (ColumnArray& array : batch.columns) array.truncate(rows);
  batch.rows = rows;
}

void TableBuilder::drop_columns(std::size_t count) {
  while (columns_.size() > count) {
    const auto index = static_cast<std::int32_t>(columns_.size()) - 1;
    if (columns_.back().definition.data_type == DataType::kJson) --json_columns;
    if (columns_.back().is_new) --all_columns;
    by_name_.erase(capabilities_.fold(columns_.back().definition.name));
    for (std::int32_t* own : {&id_column, &load_id_column, &parent_id_column, &list_index_column}) {
      if (*own == index) *own = kNoColumn;
    }
    columns_.pop_back();
    batch.columns.pop_back();
    batch.fields.pop_back();
  }
}

}  // namespace dlt::normalize
