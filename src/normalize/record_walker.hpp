// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/hash/content_id.hpp"
#include "normalize/block_normalizer.hpp"
#include "schema/plain_json.hpp"

namespace dlt::normalize {

/// Walks one record, parsed in one way or the other, in dlt's order: a row's own values first, then
/// those of its nested objects, the last object first; then its lists, in the order in which they
/// were met.
template <class Element>
class RecordWalker {
 public:
  explicit RecordWalker(BlockNormalizer& block) : block_(block) {}

  void root(ObjectPlace& place, Element record) {
    if (place.table->discarded) {
      block_.count_discarded_row(*place.table);
      return;
    }
    if (record.kind() == JsonKind::kObject) {
      row(place, record, {}, 0, {});
    } else {
      wrapped_row(place, block_.value_slot(place), record, {}, 0, {});
    }
  }

 private:
  using Placement = BlockNormalizer::Placement;

  struct PendingObject {
    Element object;
    ObjectPlace* place;
  };
  struct PendingList {
    Element list;
    ListPlace* place;
  };

  /// A row from an object. `own_id`: the id that a nested row gets unless it brings one.
  void row(ObjectPlace& place, Element object, std::string_view parent_id, std::int64_t index,
           std::string_view own_id) {
    const std::size_t first_list = lists_.size();
    const std::size_t findings = block_.findings_.size();
    const std::size_t counts = block_.record_counts_.size();
    ++block_.row_number_;
    for (;;) {
      begin_walk();
      try {
        fill(place, object);
        if (block_.must_walk_again_) throw BlockNormalizer::Restart{.whole_record = false};
        if (refusal_) std::rethrow_exception(refusal_);
        if (!discards_row_) break;
        drop_row(*place.table, first_list);
        return;
      } catch (const BlockNormalizer::Restart& restart) {
        // What the row proposed can be taken back only with the record.
        if (restart.whole_record || block_.findings_.size() != findings) throw;
        place.table->discard_row();
        block_.take_back_counts(counts);
        objects_.clear();
        lists_.resize(first_list);
      }
    }
    if (place.table->id_type == RowIdType::kRandom) {
      end_row(*place.table, parent_id, index, own_id, first_list);
    } else {
      end_row(*place.table, parent_id, index, root_id(place, object), first_list);
    }
  }

  /// A row from something that is no object, under one key.
  void wrapped_row(ObjectPlace& place, KeySlot& slot, Element value, std::string_view parent_id,
                   std::int64_t index, std::string_view own_id) {
    const std::size_t first_list = lists_.size();
    ++block_.row_number_;
    begin_walk();
    const Placement placed =
        block_.checks_text_ ? slow_field(place, slot, value) : field(place, slot, value);
    if (placed == Placement::kDiscardRow) {
      drop_row(*place.table, first_list);
      return;
    }
    if (place.table->id_type == RowIdType::kRandom) {
      end_row(*place.table, parent_id, index, own_id, first_list);
      return;
    }
    // dlt hashes it as the object {"value": ...} that it becomes.
    if (place.table->id_type == RowIdType::kKeyHash &&
        place.table->key_columns != std::vector{slot.column_name})
      throw_lacks_key(*place.table, place.table->key_columns.front());
    key_.assign(1, {slot.column_name, value});
    end_row(*place.table, parent_id, index, key_hash<Element>(key_), first_list);
  }

  /// The id of a root row, by its content.
  std::string root_id(ObjectPlace& place, Element object) {
    if (place.table->id_type == RowIdType::kRowHash) return row_hash(object);
    key_.clear();
    for (const std::string& column : place.table->key_columns) {
      const std::size_t before = key_.size();
      find_key(place, object, column);
      if (key_.size() == before) throw_lacks_key(*place.table, column);
    }
    return key_hash<Element>(key_);
  }

  /// Adds the value that the row has for a column of its key.
  void find_key(ObjectPlace& place, Element object, const std::string& column) {
    const std::size_t before = key_.size();
    for (const auto& [name, value] : object.fields()) {
      KeySlot& slot = block_.slot_for(place, name);
      if (slot.column_name == column) {
        key_.resize(before);  // of equal keys the last one counts
        key_.emplace_back(column, value);
      } else if (slot.object_place && value.kind() == JsonKind::kObject) {
        find_key(*slot.object_place, value, column);
      }
    }
  }

  [[noreturn]] static void throw_lacks_key(const TableBuilder& table, const std::string& column) {
    Error error(ErrorCode::kBadRecord,
                fmt::format("the record has no value for column '{}' of the primary key", column),
                "mend the record, or name another primary key");
    throw error.add({.table = table.name(), .column = column});
  }

  /// Of a row, which may be walked several times.
  void begin_walk() {
    ++block_.row_serial_;
    block_.must_walk_again_ = false;
    discards_row_ = false;
    refusal_ = nullptr;
  }

  void drop_row(TableBuilder& table, std::size_t first_list) {
    table.discard_row();
    block_.count_discarded_row(table);
    objects_.clear();
    lists_.resize(first_list);
  }

  void fill(ObjectPlace& place, Element object) {
    const std::size_t base = objects_.size();
    objects_.push_back({object, &place});
    while (objects_.size() > base) {
      const PendingObject next = objects_.back();
      objects_.pop_back();
      if (careful_) {
        careful_fields(*next.place, next.object);
      } else {
        fields(*next.place, next.object);
      }
    }
  }

  void fields(ObjectPlace& place, Element object) {
    const std::uint64_t before = block_.met_;
    const bool settled = !block_.retry_.contests.empty() || block_.checks_text_;
    KeySlot** predicted = &place.first;
    for (const auto& [key, value] : object.fields()) {
      KeySlot* slot = *predicted;
      if (slot == nullptr || slot->key != key) {
        slot = &block_.slot_for(place, key);
        *predicted = slot;
      }
      if (slot->met > before) block_.restart_carefully();
      slot->met = ++block_.met_;
      predicted = &slot->next;
      const Placement placed =
          settled ? slow_field(place, *slot, value) : field(place, *slot, value);
      if (placed == Placement::kDiscardRow) block_.restart_carefully();
    }
  }

  /// As Python reads an object: of equal keys the first has the place, and the last the value.
  /// A value that the row or the record fails on is not the end of it: a key that stands later may
  /// have the better claim to its name.
  void careful_fields(ObjectPlace& place, Element object) {
    const std::uint64_t before = block_.met_;
    std::vector<std::pair<KeySlot*, Element>> last;
    for (const auto& [key, value] : object.fields()) {
      KeySlot& slot = block_.slot_for(place, key);
      if (slot.met > before) {
        block_.count_duplicate_key();
        std::find_if(last.begin(), last.end(), [&](const auto& seen) {
          return seen.first == &slot;
        })->second = value;
      } else {
        slot.met = ++block_.met_;
        last.emplace_back(&slot, value);
      }
    }
    for (auto& [slot, value] : last) {
      try {
        if (slow_field(place, *slot, value) == Placement::kDiscardRow) discards_row_ = true;
      } catch (const Error&) {
        if (!refusal_) refusal_ = std::current_exception();
      }
    }
  }

  Placement field(ObjectPlace& place, KeySlot& slot, Element value) {
    TableBuilder& table = *place.table;
    NameClaim& claim = table.claim(slot.claim);
    if (slot.column != TableBuilder::kNoColumn && claim.row_serial != block_.row_serial_) {
      BuilderColumn& column = table.column(slot.column);
      ColumnArray& array = table.array(slot.column);
      const std::int64_t row = table.row();
      switch (value.kind()) {
        case JsonKind::kString:
          if (column.direct != Direct::kText || block_.typed_) break;
          claim = {block_.row_serial_, &slot};
          array.set_bytes(row, value.string());
          return Placement::kStored;
        case JsonKind::kInt64:
          if (column.direct != Direct::kBigint) break;
          claim = {block_.row_serial_, &slot};
          array.set_int64(row, value.int64());
          return Placement::kStored;
        case JsonKind::kDouble:
          if (column.direct != Direct::kDouble) break;
          claim = {block_.row_serial_, &slot};
          array.set_double(row, value.number());
          return Placement::kStored;
        case JsonKind::kTrue:
        case JsonKind::kFalse:
          if (column.direct != Direct::kBool) break;
          claim = {block_.row_serial_, &slot};
          array.set_bool(row, value.kind() == JsonKind::kTrue);
          return Placement::kStored;
        case JsonKind::kNull:
          if (!column.nullable) break;
          return Placement::kStored;
        default:
          break;
      }
    }
    return slow_field(place, slot, value);
  }

  Placement slow_field(ObjectPlace& place, KeySlot& slot, Element value) {
    if (slot.excluded) return Placement::kStored;
    switch (value.kind()) {
      case JsonKind::kNull:
        block_.place_null(*place.table, slot);
        return Placement::kStored;
      case JsonKind::kObject:
        if (block_.descends(place, slot)) {
          objects_.push_back({value, &block_.object_place(place, slot)});
          return Placement::kStored;
        }
        return json(*place.table, slot, value);
      case JsonKind::kArray:
        if (block_.descends(place, slot)) {
          if (!value.is_empty()) {
            lists_.push_back({value, &block_.list_place(place, slot)});
          }
          return Placement::kStored;
        }
        return json(*place.table, slot, value);
      case JsonKind::kString: {
        if (block_.typed_) {
          if (const auto typed = decode_typed_text(value.string()))
            return block_.place_value(*place.table, slot, *typed);
        }
        return block_.place_value(*place.table, slot, Value::text(value.string()));
      }
      case JsonKind::kInt64:
        return block_.place_value(*place.table, slot, Value::integer(value.int64()));
      case JsonKind::kUint64:
        return block_.place_value(*place.table, slot, Value::integer(value.uint64()));
      case JsonKind::kBigInteger:
        return block_.place_value(*place.table, slot, *Value::number(value.digits()));
      case JsonKind::kDouble:
        return block_.place_value(*place.table, slot, Value::floating(value.number()));
      case JsonKind::kTrue:
        return block_.place_value(*place.table, slot, Value::boolean(true));
      case JsonKind::kFalse:
        return block_.place_value(*place.table, slot, Value::boolean(false));
      case JsonKind::kTyped:
        if constexpr (requires { value.typed(); })
          return block_.place_value(*place.table, slot, value.typed());
    }
    return Placement::kStored;
  }

  Placement json(TableBuilder& table, KeySlot& slot, Element value) {
    block_.json_text_.clear();
    append_plain_json(block_.json_text_, value, block_.typed_);
    return block_.place_value(table, slot, Value::json(block_.json_text_));
  }

  void end_row(TableBuilder& table, std::string_view parent_id, std::int64_t index,
               std::string_view own_id, std::size_t first_list) {
    block_.finish_row(table, parent_id, index, own_id);
    if (lists_.size() == first_list) return;
    const std::int64_t row = table.row() - 1;
    // The buffer that holds the id may move while rows are added: the id is copied.
    const std::string id = block_.row_id(table, row);
    const std::size_t inherited = block_.inherited_.size();
    block_.hand_down(table, row);
    for (std::size_t i = first_list; i < lists_.size(); ++i) {
      const PendingList pending = lists_[i];
      list(*pending.place, pending.list, id);
    }
    lists_.resize(first_list);
    block_.inherited_.resize(inherited);
  }

  void list(ListPlace& place, Element list, std::string_view parent_id) {
    if (place.table->discarded) {
      for ([[maybe_unused]] const auto& element : list.elements())
        block_.count_discarded_row(*place.table);
      return;
    }
    // Ids of a run of rows are made together.
    constexpr std::size_t kRun = 16;
    std::array<char, kRun * kRowIdLength> ids;
    std::int64_t index = 0;
    for (const auto& element : list.elements()) {
      const auto in_run = static_cast<std::size_t>(index) % kRun;
      if (in_run == 0) {
        const std::size_t left =
            list.size() >= (1U << 24) - 1 ? kRun : list.size() - static_cast<std::size_t>(index);
        block_.hasher_.nested_row_ids(parent_id, place.table->name(), index, std::min(kRun, left),
                                      ids.data());
      }
      const std::string_view own_id(ids.data() + in_run * kRowIdLength, kRowIdLength);
      switch (element.kind()) {
        case JsonKind::kObject:
          row(place.objects, element, parent_id, index, own_id);
          break;
        case JsonKind::kArray:
          wrapped_row(place.lists, *place.list_slot, element, parent_id, index, own_id);
          break;
        default:
          wrapped_row(place.objects, *place.value_slot, element, parent_id, index, own_id);
      }
      ++index;
    }
  }

  BlockNormalizer& block_;
  const bool careful_ = block_.retry_.careful;
  /// What became of the row, as far as it was walked.
  bool discards_row_ = false;
  std::exception_ptr refusal_;
  std::vector<PendingObject> objects_;
  std::vector<PendingList> lists_;
  std::vector<std::pair<std::string_view, Element>> key_;
};

}  // namespace dlt::normalize
