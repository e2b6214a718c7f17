// SPDX-License-Identifier: Apache-2.0
#include "normalize/block_normalizer.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "schema/coercion.hpp"
#include "schema/merge.hpp"
#include "schema/plain_json.hpp"
#include "schema/store.hpp"

namespace dlt::normalize {

namespace {

/// In JSON text that we wrote: a backslash before it makes it something else.
bool has_escaped_nul(std::string_view json) {
  for (std::size_t at = json.find('\\'); at != std::string_view::npos;
       at = json.find('\\', at + 2)) {
    if (json.substr(at).starts_with(kEscapedNul)) return true;
  }
  return false;
}

bool is_empty_text(const ColumnArray& column, std::int64_t row) {
  return column.layout() == Layout::kVariable && column.bytes_at(row).empty();
}

}  // namespace

BlockNormalizer::BlockNormalizer() = default;
BlockNormalizer::~BlockNormalizer() = default;

std::vector<const TableBuilder*> BlockNormalizer::tables() const {
  std::vector<const TableBuilder*> result;
  for (const TableBuilder* table : order_) {
    if (table->batch.rows > 0) result.push_back(table);
  }
  return result;
}

// --- columns
// ---------------------------------------------------------------------------------------------------------

std::int32_t BlockNormalizer::resolve_known(TableBuilder& table, const std::string& name) {
  const std::int32_t known = table.find(name);
  if (known != TableBuilder::kNoColumn) return known;
  const Column* column = snapshot_->find_column(table.name(), name);
  if (column == nullptr || !column->is_complete()) return TableBuilder::kNoColumn;
  return table.add(*column, *snapshot_);
}

std::int32_t BlockNormalizer::propose(TableBuilder& table, Column definition) {
  const std::optional<int> most = snapshot_->settings().capabilities->max_columns;
  if (most && table.all_columns >= static_cast<std::size_t>(*most)) {
    Error error(ErrorCode::kBadRecord,
                fmt::format("column '{}' is one more than the {} that a table of the destination "
                            "can have",
                            definition.name, *most),
                "keep the object whose keys they are as JSON (--columns NAME:json, or "
                "--max-table-nesting), or leave it out");
    throw error.add({.table = table.name(), .column = definition.name});
  }
  if (const Column* hinted = snapshot_->find_column(table.name(), definition.name)) {
    definition.name = hinted->name;
    merge_column(definition, *hinted);
  }
  findings_.push_back({.kind = Finding::Kind::kColumn,
                       .table = table.name(),
                       .column = definition.name,
                       .column_definition = definition});
  must_forget_ = true;
  const std::int32_t index = table.add(std::move(definition), *snapshot_);
  table.column(index).is_new = true;
  ++table.all_columns;
  return index;
}

std::int32_t BlockNormalizer::resolve_own(TableBuilder& table, const std::string& name,
                                          DataType type) {
  const std::int32_t known = resolve_known(table, name);
  return known != TableBuilder::kNoColumn
             ? known
             : propose(table, snapshot_->rules().new_column(name, type, Variant::kNo));
}

std::int32_t BlockNormalizer::resolve_column(TableBuilder& table, const std::string& name,
                                             const Value& value, Variant variant,
                                             Placement& refused) {
  const std::int32_t known = resolve_known(table, name);
  if (known != TableBuilder::kNoColumn) return known;

  const SchemaRules& rules = snapshot_->rules();
  const bool is_variant = variant == Variant::kYes;
  DataType type = snapshot_->type_for(value);
  if (!is_variant) {
    if (const std::optional<DataType> preferred = rules.preferred_type(name)) {
      type = *preferred;
      if (!coerce(type, value)) {
        refused = Placement::kVariant;
        return TableBuilder::kNoColumn;
      }
    }
  }
  // Other rows of the table may get an id that is made up, which is text.
  if (name == id_name_) type = DataType::kText;

  const ContractMode mode = is_variant ? table.contract.data_type : table.contract.columns;
  const bool dlt_own = name.starts_with("_dlt");
  if (mode != ContractMode::kEvolve && !dlt_own) {
    const bool exempt = !is_variant && (table.is_new || table.evolves_once);
    if (exempt && !table.evolves_once)
      findings_.push_back({.kind = Finding::Kind::kNewTable, .table = table.name()});
    if (!exempt) {
      if (mode == ContractMode::kFreeze) throw contract_error(table, name, is_variant, type);
      findings_.push_back(
          {.kind = Finding::Kind::kDiscarded, .table = table.name(), .column = name});
      refused =
          mode == ContractMode::kDiscardRow ? Placement::kDiscardRow : Placement::kDiscardValue;
      count(tally_.discarded_values[{table.name(), name}]);
      return TableBuilder::kNoColumn;
    }
  }
  return propose(table, rules.new_column(name, type, variant));
}

Error BlockNormalizer::contract_error(const TableBuilder& table, const std::string& name,
                                      bool is_variant, DataType type) const {
  Error error(
      ErrorCode::kContract,
      is_variant
          ? fmt::format("a value of another type needs column '{}' of type {}, but the contract "
                        "for data_type is 'freeze'",
                        name, to_string(type))
          : fmt::format("new column '{}' of type {}, but the contract for columns is 'freeze'",
                        name, to_string(type)),
      "set the contract to 'evolve' to let the table change, or to 'discard_row' or "
      "'discard_value' to go on without the value");
  error.add({.table = table.name(), .column = name});
  return error;
}

// --- values
// ----------------------------------------------------------------------------------------------------------

void BlockNormalizer::place_null(TableBuilder& table, KeySlot& slot) {
  if (slot.column == TableBuilder::kNoColumn) slot.column = resolve_known(table, slot.column_name);
  const bool refuses = slot.column != TableBuilder::kNoColumn
                           ? !table.column(slot.column).nullable
                           : snapshot_->rules().is_not_null(slot.column_name);
  if (refuses && slot.column_name != id_name_) {
    Error error(ErrorCode::kNullViolation,
                fmt::format("null in column '{}', which is not nullable", slot.column_name),
                "mend the record, or declare the column nullable");
    throw error.add({.table = table.name(), .column = slot.column_name});
  }
  if (slot.column != TableBuilder::kNoColumn || slot.null_block == block_) return;
  slot.null_block = block_;
  count(tally_.null_only[{table.name(), slot.column_name}]);
  findings_.push_back(
      {.kind = Finding::Kind::kNull, .table = table.name(), .column = slot.column_name});
}

void BlockNormalizer::check_text(const TableBuilder& table, const KeySlot& slot,
                                 const Value& value) const {
  const Capabilities& capabilities = *snapshot_->settings().capabilities;
  const bool is_json = value.type == DataType::kJson;
  const bool refuses = is_json ? !capabilities.json_takes_nul && has_escaped_nul(value.bytes())
                               : value.type == DataType::kText && !capabilities.text_takes_nul &&
                                     value.bytes().find('\0') != std::string_view::npos;
  if (!refuses) return;
  Error error(
      ErrorCode::kBadRecord,
      fmt::format("the destination takes no text with U+0000: column '{}'", slot.column_name),
      "take the character out of the record");
  throw error.add({.table = table.name(), .column = slot.column_name});
}

BlockNormalizer::Placement BlockNormalizer::place_value(TableBuilder& table, KeySlot& slot,
                                                        const Value& value) {
  if (checks_text_) check_text(table, slot, value);
  if (KeySlot& user = claim_name(table, slot, slot.claim, slot.column_name); &user != &slot)
    return place_value(table, user, value);
  if (must_walk_again_) return Placement::kStored;
  if (slot.column == TableBuilder::kNoColumn) {
    Placement refused = Placement::kStored;
    slot.column = resolve_column(table, slot.column_name, value, Variant::kNo, refused);
    if (refused == Placement::kVariant) return place_variant(table, slot, slot.column_name, value);
    if (slot.column == TableBuilder::kNoColumn) return refused;
  }
  return store_value(table, slot, slot.column, slot.column_name, value);
}

BlockNormalizer::Placement BlockNormalizer::store_value(TableBuilder& table, KeySlot& slot,
                                                        std::int32_t index, const std::string& name,
                                                        const Value& value) {
  BuilderColumn& column = table.column(index);
  const DataType type = *column.definition.data_type;
  const std::optional<Value> coerced =
      column.declared ? coerce(type, value)
                      : coerce_inferred(type, value, snapshot_->settings().wei_digits());
  if (!coerced) return place_variant(table, slot, name, value);
  const Field& field = table.batch.fields[static_cast<std::size_t>(index)];
  // Columns of floating-point numbers may have NaN and infinities; JSON has none.
  const bool is_number = type == DataType::kDouble && value.type == DataType::kDouble;
  if (is_number) table.array(index).set_double(table.row(), std::get<double>(value.data));
  switch (is_number ? StoreResult::kStored
                    : store(field, *coerced, table.array(index), table.row())) {
    case StoreResult::kStored:
      break;
    case StoreResult::kCut:
      count(tally_.cut_fractions[{table.name(), name}]);
      break;
    case StoreResult::kOutOfRange: {
      // A variant of the value's own type would refuse it once more.
      if (!column.declared && type != natural_type(value, snapshot_->settings().wei_digits()))
        return place_variant(table, slot, name, value);
      Error error(
          ErrorCode::kBadRecord,
          fmt::format("a value is beyond what column '{}' of type {} holds", name, to_string(type)),
          "declare the column with more precision, or as text");
      throw error.add({.table = table.name(), .column = name});
    }
  }
  if (slot.is_alias) count(tally_.renamed[{table.name(), slot.source_path, slot.column_name}]);
  return Placement::kStored;
}

BlockNormalizer::Placement BlockNormalizer::place_variant(TableBuilder& table, KeySlot& slot,
                                                          const std::string& base,
                                                          const Value& value) {
  const DataType type = natural_type(value, snapshot_->settings().wei_digits());
  const std::array<std::string_view, 2> parts = {base, variant_suffix(type)};
  const std::string name = snapshot_->naming().shorten_fragments(parts);
  if (KeySlot& user = claim_name(table, slot, table.claim_index(name), name); &user != &slot)
    return place_value(table, user, value);
  if (must_walk_again_) return Placement::kStored;
  Placement refused = Placement::kStored;
  const std::int32_t index = resolve_column(table, name, value, Variant::kYes, refused);
  if (index == TableBuilder::kNoColumn) return refused;
  return store_value(table, slot, index, name, value);
}

bool BlockNormalizer::descends(ObjectPlace& place, KeySlot& slot) {
  constexpr std::uint64_t kKnown = ~std::uint64_t{0};
  TableBuilder& table = *place.table;
  if (slot.nested == KeySlot::Nested::kUnknown || slot.json_columns != table.json_columns) {
    slot.json_columns = table.json_columns;
    slot.nested_block = kKnown;
    slot.nested = KeySlot::Nested::kJson;
    if (place.levels > 0) {
      const std::int32_t column = resolve_known(table, slot.column_name);
      if (column != TableBuilder::kNoColumn) {
        if (table.column(column).definition.data_type != DataType::kJson)
          slot.nested = KeySlot::Nested::kDescend;
      } else if (snapshot_->rules().preferred_type(slot.column_name) != DataType::kJson) {
        slot.nested = KeySlot::Nested::kDescend;
        slot.nested_block = 0;
      }
    }
  }
  if (slot.nested == KeySlot::Nested::kJson) return false;
  if (slot.nested_block != kKnown && slot.nested_block != block_) {
    slot.nested_block = block_;
    findings_.push_back(
        {.kind = Finding::Kind::kNested, .table = table.name(), .column = slot.column_name});
  }
  return true;
}

// --- rows
// ------------------------------------------------------------------------------------------------------------

std::string BlockNormalizer::row_id(const TableBuilder& table, std::int64_t row) const {
  const ColumnArray& ids = table.batch.columns[static_cast<std::size_t>(table.id_column)];
  switch (ids.layout()) {
    case Layout::kVariable: {
      // It stands once more in every row that is nested in this one.
      constexpr std::size_t kMaxBytes = 1'024;
      std::string id(ids.bytes_at(row));
      if (id.size() <= kMaxBytes) return id;
      Error error(ErrorCode::kBadRecord,
                  fmt::format("'{}' of the data has {} bytes: at most {} make a row id", id_name_,
                              id.size(), kMaxBytes),
                  "rename the field before it is loaded");
      throw error.add({.table = table.name(), .column = id_name_});
    }
    case Layout::kInt64:
      return std::to_string(ids.int64_at(row));
    default:
      break;
  }
  Error error(ErrorCode::kBadRecord,
              fmt::format("'{}' of the data is neither text nor an integer", id_name_),
              "rename the field before it is loaded");
  throw error.add({.table = table.name(), .column = id_name_});
}

void BlockNormalizer::finish_row(TableBuilder& table, std::string_view parent_id,
                                 std::int64_t list_index, std::string_view own_id) {
  const std::int64_t row = table.row();
  for (const Inherited& value : inherited_) copy_inherited(table, value);
  if (table.is_root) {
    if (table.load_id_column == TableBuilder::kNoColumn) {
      table.load_id_column = resolve_own(table, load_id_name_, DataType::kText);
    }
    table.array(table.load_id_column).set_bytes(row, snapshot_->settings().load_id);
  } else {
    if (table.parent_id_column == TableBuilder::kNoColumn) {
      table.parent_id_column = resolve_own(table, parent_id_name_, DataType::kText);
      table.list_index_column = resolve_own(table, list_index_name_, DataType::kBigint);
    }
    table.array(table.parent_id_column).set_bytes(row, parent_id);
    table.array(table.list_index_column).set_int64(row, list_index);
  }
  if (!table.makes_ids) {
    ++table.batch.rows;
    table.is_new = false;
    return;
  }
  if (table.id_column == TableBuilder::kNoColumn)
    table.id_column = resolve_own(table, id_name_, DataType::kText);
  if (table.is_set(table.id_column) && is_empty_text(table.array(table.id_column), row))
    table.array(table.id_column).truncate(row);
  if (table.is_set(table.id_column)) {
    user_ids_.push_back({.table = &table, .id = row_id(table, row), .record = record_index_});
  } else {
    if (table.array(table.id_column).layout() != Layout::kVariable) {
      Error error(ErrorCode::kBadRecord,
                  fmt::format("the record has no '{}', and the column does not take text, which an "
                              "id that is made up would be",
                              id_name_),
                  "give every record one, or none");
      throw error.add({.table = table.name(), .column = id_name_});
    }
    std::array<char, kRowIdLength> id;
    if (own_id.empty()) derived_row_id(seed_, ordinal_, id.data());
    table.array(table.id_column)
        .set_bytes(row, own_id.empty() ? std::string_view(id.data(), id.size()) : own_id);
  }
  ++table.batch.rows;
  table.is_new = false;
}

void BlockNormalizer::hand_down(TableBuilder& table, std::int64_t row) {
  for (const auto& [from, to] : table.propagated) {
    const std::int32_t column = table.find(from);
    if (column == TableBuilder::kNoColumn || table.array(column).is_null(row)) continue;
    inherited_.push_back({.table = &table, .column = column, .row = row, .name = to});
  }
}

void BlockNormalizer::copy_inherited(TableBuilder& table, const Inherited& value) {
  const auto from_index = static_cast<std::size_t>(value.column);
  const ColumnArray& from = value.table->batch.columns[from_index];
  const DataType type = value.table->batch.fields[from_index].type;
  const std::int32_t index = resolve_own(table, value.name, type);
  ColumnArray& to = table.array(index);
  const std::int64_t row = table.row();
  if (to.layout() != from.layout()) {
    Error error(ErrorCode::kSchema,
                fmt::format("column '{}' takes over a value of type {} but has type {}", value.name,
                            to_string(type),
                            to_string(table.batch.fields[static_cast<std::size_t>(index)].type)));
    throw error.add({.table = table.name(), .column = value.name});
  }
  // Of two ancestors that hand down the same name the nearer one wins, and a value of the row's own
  // gives way.
  to.truncate(row);
  switch (from.layout()) {
    case Layout::kBits:
      to.set_bool(row, from.bool_at(value.row));
      break;
    case Layout::kInt32:
      to.set_int32(row, from.int32_at(value.row));
      break;
    case Layout::kInt64:
      to.set_int64(row, from.int64_at(value.row));
      break;
    case Layout::kInt128:
      to.set_int128(row, from.int128_at(value.row));
      break;
    case Layout::kDouble:
      to.set_double(row, from.double_at(value.row));
      break;
    case Layout::kVariable:
      to.set_bytes(row, from.bytes_at(value.row));
      break;
  }
}

}  // namespace dlt::normalize
