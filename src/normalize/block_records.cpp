// SPDX-License-Identifier: Apache-2.0
// How BlockNormalizer takes the records of a block one after the other, and what it takes back.
#include <array>

#include "arrow/view.hpp"
#include "core/json/slow_view.hpp"
#include "dlt/error.hpp"
#include "normalize/block_normalizer.hpp"
#include "normalize/record_walker.hpp"
#include "package/quarantine.hpp"
#include "schema/plain_json.hpp"

namespace dlt::normalize {

void BlockNormalizer::begin_block(const std::shared_ptr<const SchemaSnapshot>& snapshot,
                                  const RecordOrigin& origin) {
  use(snapshot);
  for (TableBuilder* table : order_) table->batch.clear();
  findings_.clear();
  owners_.clear();
  user_ids_.clear();
  refused_.clear();
  tally_ = {};
  error_ = nullptr;
  ++block_;
  typed_ = origin.typed;
  const Settings& settings = snapshot_->settings();
  const std::array<std::string_view, 4> parts = {settings.pipeline_name, snapshot_->schema().name(),
                                                 settings.load_id, origin.resource};
  seed_ = row_id_seed(parts);
}

template <class Normalize>
void BlockNormalizer::each_record(std::size_t count, const RecordOrigin& origin,
                                  Normalize normalize) {
  for (record_index_ = 0; record_index_ < count; ++record_index_) {
    try {
      normalize(record_index_);
      ++tally_.records;
    } catch (Error& error) {
      error.add({.load_id = snapshot_->settings().load_id, .table = origin.table});
      // The state goes with its rows, or none of them goes.
      const bool is_state = origin.table == snapshot_->schema().state_table_name();
      if (snapshot_->settings().quarantines && is_about_record(error) && !is_state) {
        refused_.emplace_back(record_index_, error);
        continue;
      }
      error_ = std::current_exception();
      return;
    } catch (...) {
      error_ = std::current_exception();
      return;
    }
  }
}

void BlockNormalizer::run(const std::shared_ptr<const SchemaSnapshot>& snapshot,
                          const RecordBlock& block, const RecordOrigin& origin) {
  begin_block(snapshot, origin);
  const Capabilities& capabilities = *snapshot_->settings().capabilities;
  const bool refuses_nul = !capabilities.text_takes_nul || !capabilities.json_takes_nul;
  each_record(block.records.size(), origin, [&](std::size_t index) {
    ordinal_ = block.first_ordinal + index;
    try {
      const std::string_view record = block.record(index);
      checks_text_ = refuses_nul && record.find(kEscapedNul) != std::string_view::npos;
      if (parser_.parse(record) == Parsed::kFast) {
        normalize_record(parser_.view(), origin.table);
      } else {
        normalize_record(SlowView(parser_.slow()), origin.table);
      }
    } catch (Error& error) {
      const std::uint64_t byte = error.context().byte;
      throw error.move_to(block.place(index, byte == 0 ? 0 : byte - 1));
    }
  });
}

void BlockNormalizer::run(const std::shared_ptr<const SchemaSnapshot>& snapshot,
                          const RowBlock& block, const RecordOrigin& origin) {
  begin_block(snapshot, origin);
  const Capabilities& capabilities = *snapshot_->settings().capabilities;
  checks_text_ = !capabilities.text_takes_nul || !capabilities.json_takes_nul;
  const arrow::Batch& batch = *block.rows->batch;
  each_record(block.end - block.begin, origin, [&](std::size_t index) {
    ordinal_ = block.first_ordinal + block.row(index);
    try {
      const auto row = static_cast<std::int64_t>(block.rows->row(block.begin + index));
      if (index == 0) {
        begin_record();
        propose_columns(root_place(origin.table), batch.type());
      }
      normalize_record(arrow::View(batch.data(), row), origin.table);
    } catch (Error& error) {
      error.move_to(block.place(index));
      // A moment beyond the calendar that was to become text.
      if (error.code() != ErrorCode::kInvalidArgument) throw;
      Error bad(ErrorCode::kBadRecord, error.message(), "cast the column to text at its source");
      throw bad.add(error.context());
    }
  });
}

void BlockNormalizer::propose_columns(ObjectPlace& place, const arrow::Type& type) {
  TableBuilder& table = *place.table;
  if (table.discarded || !takes_any_column(table)) return;
  for (const arrow::Type& child : type.children) {
    KeySlot& slot = slot_for(place, child.name);
    if (slot.excluded || slot.column != TableBuilder::kNoColumn) continue;
    slot.column = resolve_known(table, slot.column_name);
    const std::optional<Column> typed = arrow::column_of(child, slot.column_name);
    // Of ids the type is dlt's, and what the settings prefer is for values to decide.
    if (slot.column != TableBuilder::kNoColumn || !typed || is_taken_by_dlt(slot.column_name) ||
        slot.column_name == id_name_ || snapshot_->rules().preferred_type(slot.column_name))
      continue;
    Column definition =
        snapshot_->rules().new_column(slot.column_name, *typed->data_type, Variant::kNo);
    definition.precision = typed->precision;
    definition.scale = typed->scale;
    definition.timezone = typed->timezone;
    slot.column = propose(table, std::move(definition));
  }
}

template <class Element>
void BlockNormalizer::normalize_record(Element record, const std::string& table) {
  retry_ = {};
  for (;;) {
    begin_record();
    try {
      RecordWalker<Element>(*this).root(root_place(table), record);
      record_owners();
      return;
    } catch (const Restart&) {
      take_back_record();
    } catch (const Error&) {
      take_back_record();
      if (retry_.careful) throw;
      retry_ = {.careful = true};
    }
  }
}

void BlockNormalizer::begin_record() {
  ++record_;
  record_findings_ = findings_.size();
  record_user_ids_ = user_ids_.size();
  record_builders_ = order_.size();
  record_tables_.clear();
  record_counts_.clear();
  inherited_.clear();
  row_number_ = 0;
}

void BlockNormalizer::enter(TableBuilder& table) {
  if (table.record == record_) return;
  table.record = record_;
  table.record_row = table.batch.rows;
  table.record_columns = table.column_count();
  record_tables_.push_back(&table);
}

void BlockNormalizer::take_back_record() {
  for (TableBuilder* table : record_tables_) table->rollback(table->record_row);
  take_back_counts(0);
  user_ids_.erase(user_ids_.begin() + static_cast<std::ptrdiff_t>(record_user_ids_),
                  user_ids_.end());
  if (findings_.size() == record_findings_) return;
  // What the record proposed goes with it, and with that everything that was concluded from it.
  findings_.resize(record_findings_);
  roots_.clear();
  for (TableBuilder* table : record_tables_) {
    table->drop_columns(table->record_columns);
    if (table->column_count() == 0) table->is_new = snapshot_->is_new_table(table->name());
  }
  while (order_.size() > record_builders_) {
    builders_.erase(snapshot_->settings().capabilities->fold(order_.back()->name()));
    order_.pop_back();
  }
}

void BlockNormalizer::take_back_counts(std::size_t counts) {
  for (std::size_t i = counts; i < record_counts_.size(); ++i) --*record_counts_[i];
  record_counts_.resize(counts);
}

void BlockNormalizer::restart_carefully() {
  // What was settled may have been between values that do not count.
  retry_ = {.careful = true};
  throw Restart{};
}

void BlockNormalizer::count(std::uint64_t& counter) {
  ++counter;
  record_counts_.push_back(&counter);
}

}  // namespace dlt::normalize
