// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/record_batch.hpp"
#include "dlt/schema.hpp"
#include "normalize/snapshot.hpp"
#include "schema/row_identity.hpp"

namespace dlt::normalize {

struct KeySlot;

/// Which values go into a column as they are, without coercion.
enum class Direct : std::uint8_t { kNone, kText, kBigint, kDouble, kBool };

/// How a column is laid out in batches: precision and scale are made explicit.
Field field_of(const Column& column, const Capabilities& capabilities);

struct BuilderColumn {
  Column definition = {};
  Direct direct = Direct::kNone;
  bool nullable = true;
  bool declared = false;
  /// Not in the snapshot.
  bool is_new = false;
};

/// The key that claimed a name for its value in a row. Names are claimed whether or not there is
/// such a column yet, and whatever column the value goes to in the end.
struct NameClaim {
  std::uint64_t row_serial = 0;
  const KeySlot* by = nullptr;
};

/// The rows of one table that a block yields, column by column, and where each column stands.
class TableBuilder {
 public:
  static constexpr std::int32_t kNoColumn = -1;

  /// `parent`: the table that it hangs on, or empty.
  TableBuilder(std::string name, std::string_view parent, const SchemaSnapshot& snapshot);

  const std::string& name() const { return name_; }
  /// The index of a column that is already in use here, or kNoColumn.
  std::int32_t find(std::string_view column) const;
  std::int32_t add(Column definition, const SchemaSnapshot& snapshot);

  /// Where a name is claimed.
  std::uint32_t claim_index(std::string_view column);
  NameClaim& claim(std::uint32_t index) { return claims_[index]; }

  /// The row being built.
  std::int64_t row() const { return batch.rows; }
  bool is_set(std::int32_t column) const {
    return batch.columns[static_cast<std::size_t>(column)].length() > batch.rows;
  }
  ColumnArray& array(std::int32_t column) {
    return batch.columns[static_cast<std::size_t>(column)];
  }
  BuilderColumn& column(std::int32_t index) { return columns_[static_cast<std::size_t>(index)]; }
  const BuilderColumn& column(std::int32_t index) const {
    return columns_[static_cast<std::size_t>(index)];
  }
  std::size_t column_count() const { return columns_.size(); }
  /// Takes back the values of the row being built.
  void discard_row() { rollback(batch.rows); }
  void rollback(std::int64_t rows);
  /// Takes back columns from `count` on; no row may have a value there.
  void drop_columns(std::size_t count);

  RecordBatch batch = {};
  /// Missing in the snapshot, or without a complete column there.
  bool is_new = false;
  /// Whether new columns are taken whatever the contract says, as long as the table is new.
  bool evolves_once = false;
  bool is_root = false;
  /// Whether rows get a `_dlt_id`.
  bool makes_ids = true;
  /// Columns that the table has in the snapshot, and new ones.
  std::size_t all_columns = 0;
  /// What the ids of root rows are made of, and for kKeyHash the names of the columns, sorted.
  RowIdType id_type = RowIdType::kRandom;
  std::vector<std::string> key_columns = {};
  SchemaContract contract = {};
  /// Rows of this table are counted and forgotten: the contract forbids the table.
  bool discarded = false;
  /// Columns of type json, so that a place that descended before such a column came looks again.
  std::uint32_t json_columns = 0;
  /// (column of this table, column of its descendants) whose values are handed down.
  std::vector<std::pair<std::string, std::string>> propagated = {};
  /// dlt's own columns, once they are in use.
  std::int32_t id_column = kNoColumn;
  std::int32_t load_id_column = kNoColumn;
  std::int32_t parent_id_column = kNoColumn;
  std::int32_t list_index_column = kNoColumn;
  /// The parent row that last put a list here: two lists of one row may not share a table.
  std::uint64_t listed_by_row = 0;
  const KeySlot* listed_by = nullptr;
  /// Where the record being normalized began here.
  std::uint64_t record = 0;
  std::int64_t record_row = 0;
  std::size_t record_columns = 0;

 private:
  std::string name_;
  std::vector<BuilderColumn> columns_;
  std::unordered_map<std::string, std::int32_t> by_name_;
  std::vector<NameClaim> claims_;
  std::unordered_map<std::string, std::uint32_t> claims_by_name_;
  const Capabilities& capabilities_;
};

}  // namespace dlt::normalize
