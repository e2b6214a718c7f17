// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "normalize/table_builder.hpp"

namespace dlt::normalize {

struct ObjectPlace;
struct ListPlace;

/// One key of the objects at one place of the input, and what was found out about it.
///
/// A record's shape hardly ever changes, so each key remembers which key followed it the last time:
/// the usual field costs one comparison of its name. What is kept here is true for one snapshot;
/// the places are thrown away when the schema has grown.
struct KeySlot {
  std::string key = {};
  KeySlot* next = nullptr;
  /// The normalized key; the column that it leads to; for lists, the last part of the table's name.
  std::string name = {};
  std::string column_name = {};
  std::string list_name = {};
  /// Keys from the row's object down to this one, joined by dots; dots of their own have a
  /// backslash before them.
  std::string source_path = {};
  std::int32_t column = TableBuilder::kNoColumn;
  /// Where `column_name` is claimed.
  std::uint32_t claim = 0;
  /// The column that the value goes to when this key does not own `column_name`: another slot of
  /// the same key.
  std::unique_ptr<KeySlot> alias = {};
  bool is_alias = false;
  enum class Nested : std::uint8_t { kUnknown, kDescend, kJson };
  Nested nested = Nested::kUnknown;
  /// Left out by the table's filters.
  bool excluded = false;
  /// TableBuilder::json_columns when `nested` was decided.
  std::uint32_t json_columns = 0;
  /// The block that logged null or descent here: each is logged once a block.
  std::uint64_t null_block = 0;
  std::uint64_t nested_block = 0;
  /// When this key was last met: greater for keys that stand later in the same object.
  std::uint64_t met = 0;
  ObjectPlace* place = nullptr;

  std::unique_ptr<ObjectPlace> object_place = {};
  std::unique_ptr<ListPlace> list_place = {};
};

/// Where objects occur: the rows of a table, or a path of nested objects inside them.
struct ObjectPlace {
  TableBuilder* table = nullptr;
  /// Normalized names of the lists that lead from the root table to this one.
  std::vector<std::string> table_path = {};
  /// Normalized names of the objects that lead from the row to this one, and their raw keys joined
  /// by dots.
  std::vector<std::string> path = {};
  std::string source_path = {};
  /// The key that leads here from the object above; none for the object that is the row.
  const KeySlot* reached_by = nullptr;
  /// How many levels may still be unnested, below this object and below its row.
  std::int64_t levels = 0;
  std::int64_t row_levels = 0;
  std::deque<KeySlot> slots = {};
  std::unordered_map<std::string_view, KeySlot*> by_key = {};
  KeySlot* first = nullptr;
};

/// Where lists occur that become rows of a nested table.
struct ListPlace {
  TableBuilder* table = nullptr;
  /// Rows of objects; of scalars (as "value"); of lists (as "list").
  ObjectPlace objects = {};
  ObjectPlace lists = {};
  KeySlot* value_slot = nullptr;
  KeySlot* list_slot = nullptr;
};

}  // namespace dlt::normalize
