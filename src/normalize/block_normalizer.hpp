// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/batch.hpp"
#include "core/hash/row_id.hpp"
#include "core/json/framing.hpp"
#include "core/json/parser.hpp"
#include "dlt/error.hpp"
#include "normalize/finding.hpp"
#include "normalize/place.hpp"
#include "normalize/snapshot.hpp"
#include "normalize/table_builder.hpp"
#include "normalize/tally.hpp"
#include "schema/value.hpp"

namespace dlt::normalize {

/// The resource that the records of a block belong to.
struct RecordOrigin {
  std::string resource = {};
  /// Normalized name of the root table.
  std::string table = {};
  /// Strings of the records may be dlt's typed JSON (they were yielded by a program, not read from
  /// a file).
  bool typed = false;
};

/// Rows of a source that are normalized together.
struct RowBlock {
  std::shared_ptr<const arrow::Rows> rows = {};
  /// Of the rows that count.
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Number of the source's first row.
  std::uint64_t first_ordinal = 0;
  std::string source = {};

  std::uint64_t row(std::size_t index) const { return rows->first_row + rows->row(begin + index); }
  ErrorContext place(std::size_t index) const { return {.file = source, .row = row(index) + 1}; }
};

/// Turns blocks of records into rows of tables. One for each block that is in flight; its memory
/// and what it knows about the shape of the records are used again for the next block.
class BlockNormalizer {
 public:
  BlockNormalizer();
  ~BlockNormalizer();

  /// Normalizes all records of a block against a snapshot. Errors do not leave: they wait in
  /// `error()` for the block's turn.
  void run(const std::shared_ptr<const SchemaSnapshot>& snapshot, const RecordBlock& block,
           const RecordOrigin& origin);
  void run(const std::shared_ptr<const SchemaSnapshot>& snapshot, const RowBlock& block,
           const RecordOrigin& origin);

  const std::vector<Finding>& findings() const { return findings_; }
  const Tally& tally() const { return tally_; }
  std::exception_ptr error() const { return error_; }
  /// Tables that got rows, in the order in which they were met.
  std::vector<const TableBuilder*> tables() const;
  /// Rows with a `_dlt_id` of the user's own: (table, id, record's number in the block).
  struct UserId {
    const TableBuilder* table;
    std::string id;
    std::size_t record;
  };
  const std::vector<UserId>& user_ids() const { return user_ids_; }
  /// Records that cannot be loaded and were left out, by their number in the block.
  const std::vector<std::pair<std::size_t, Error>>& refused() const { return refused_; }

 private:
  template <class Element>
  friend class RecordWalker;

  enum class Placement { kStored, kDiscardValue, kDiscardRow, kVariant };
  /// Thrown to walk the row or the record once more, as `retry_` says.
  struct Restart {
    bool whole_record = true;
  };
  /// A column of a table, by folded name, or the table itself when the column is empty.
  using Claim = std::pair<std::string, std::string>;
  /// Keys of one row that claim the same name, by source path. Who lost once stays a loser, however
  /// often the row is walked.
  struct Contest {
    std::string name = {};
    std::string winner = {};
    std::set<std::string> losers = {};
  };
  struct Inherited {
    const TableBuilder* table;
    std::int32_t column;
    std::int64_t row;
    std::string name;
  };

  void use(const std::shared_ptr<const SchemaSnapshot>& snapshot);
  void begin_block(const std::shared_ptr<const SchemaSnapshot>& snapshot,
                   const RecordOrigin& origin);
  /// Normalizes one record after the other: `normalize(index)`, which throws with its place.
  template <class Normalize>
  void each_record(std::size_t count, const RecordOrigin& origin, Normalize normalize);
  /// Columns of the types that the rows have, whether or not there is a value.
  void propose_columns(ObjectPlace& place, const arrow::Type& type);
  /// Throws for text, or JSON, with U+0000 where the destination has none.
  void check_text(const TableBuilder& table, const KeySlot& slot, const Value& value) const;
  template <class Element>
  void normalize_record(Element record, const std::string& table);
  void begin_record();
  void enter(TableBuilder& table);
  void take_back_record();
  /// Takes back what was counted since there were `counts` counts.
  void take_back_counts(std::size_t counts);
  [[noreturn]] void restart_carefully();
  /// Counts something that happened in this record; taken back with it.
  void count(std::uint64_t& counter);
  void count_discarded_row(const TableBuilder& table) {
    count(tally_.discarded_rows[table.name()]);
  }
  void count_duplicate_key() { count(tally_.duplicate_keys); }

  ObjectPlace& root_place(const std::string& table);
  TableBuilder& builder(const std::string& name, const std::string& parent);
  KeySlot& slot_for(ObjectPlace& place, std::string_view key);
  KeySlot& value_slot(ObjectPlace& place);
  ObjectPlace& object_place(ObjectPlace& place, KeySlot& slot);
  ListPlace& open_list(ObjectPlace& place, KeySlot& slot);
  ListPlace& list_place(ObjectPlace& place, KeySlot& slot);

  /// Whether dlt puts a column of that name into rows itself, whatever the data holds.
  bool is_taken_by_dlt(std::string_view column) const;
  std::string tagged(const std::string& name, const std::string& source_path) const;
  /// The slot of a key that does not get the name which it claims.
  KeySlot& alias_of(KeySlot& slot);
  /// Whether it is settled that the name goes to another key of this row.
  bool gives_way(const KeySlot& slot, const Claim& claim) const;
  /// Who got the name in a record before this one; empty when nobody did.
  std::string owner_of(const Claim& claim) const;
  /// Logs who got which name in the record that was walked.
  void record_owners();
  /// Of two keys of one row that lead to the same name, who keeps it? `name`: as seen from the row.
  /// Returns where the second one's value goes instead; when it is the first that has to give way,
  /// the second's own slot, and the row must be walked again.
  KeySlot& settle(const KeySlot& first, KeySlot& second, const Claim& claim,
                  const std::string& name);
  /// Claims a name in the row for a key. Returns the key's slot, or, where the name belongs to
  /// another key, the slot to use instead.
  KeySlot& claim_name(TableBuilder& table, KeySlot& slot, std::uint32_t index,
                      const std::string& name);
  /// A name as the table's column spells it, where the destination does not tell them apart.
  std::string spelling_of(const TableBuilder& table, const std::string& name) const;

  bool descends(ObjectPlace& place, KeySlot& slot);
  void place_null(TableBuilder& table, KeySlot& slot);
  Placement place_value(TableBuilder& table, KeySlot& slot, const Value& value);
  Placement place_variant(TableBuilder& table, KeySlot& slot, const std::string& base,
                          const Value& value);
  Placement store_value(TableBuilder& table, KeySlot& slot, std::int32_t column,
                        const std::string& name, const Value& value);
  std::int32_t resolve_known(TableBuilder& table, const std::string& name);
  /// The column of that name, known or proposed for `value`; none where `refused` says why.
  std::int32_t resolve_column(TableBuilder& table, const std::string& name, const Value& value,
                              Variant variant, Placement& refused);
  /// One of dlt's own columns.
  std::int32_t resolve_own(TableBuilder& table, const std::string& name, DataType type);
  std::int32_t propose(TableBuilder& table, Column definition);
  /// Whether the contract lets a new column in, whatever its type is.
  static bool takes_any_column(const TableBuilder& table) {
    return table.contract.columns == ContractMode::kEvolve || table.evolves_once;
  }
  Error contract_error(const TableBuilder& table, const std::string& name, bool is_variant,
                       DataType type) const;

  std::string row_id(const TableBuilder& table, std::int64_t row) const;
  void finish_row(TableBuilder& table, std::string_view parent_id, std::int64_t list_index,
                  std::string_view own_id);
  void hand_down(TableBuilder& table, std::int64_t row);
  void copy_inherited(TableBuilder& table, const Inherited& value);

  std::shared_ptr<const SchemaSnapshot> snapshot_;
  std::string id_name_;
  std::string load_id_name_;
  std::string parent_id_name_;
  std::string list_index_name_;
  std::string root_id_name_;
  std::string value_name_;

  // What was learned on the snapshot, by folded name; thrown away when the schema has grown.
  std::map<std::string, std::unique_ptr<TableBuilder>> builders_;
  std::vector<TableBuilder*> order_;
  std::map<std::string, std::unique_ptr<ObjectPlace>> roots_;
  bool must_forget_ = false;

  // The block.
  std::uint64_t block_ = 0;
  std::vector<Finding> findings_;
  std::map<Claim, std::string> owners_;
  Tally tally_;
  std::exception_ptr error_;
  std::vector<UserId> user_ids_;
  std::vector<std::pair<std::size_t, Error>> refused_;
  RowIdSeed seed_ = {};
  bool typed_ = false;

  // The record. Serial numbers are never used twice.
  JsonParser parser_;
  RowIdHasher hasher_;
  std::size_t record_index_ = 0;
  std::uint64_t ordinal_ = 0;
  std::uint64_t record_ = 0;
  std::uint64_t met_ = 0;
  std::uint64_t row_serial_ = 0;
  /// The number of the row in the record; the same when it is walked once more.
  std::uint64_t row_number_ = 0;
  bool must_walk_again_ = false;
  std::vector<Inherited> inherited_;
  std::string json_text_;
  // Where the record began, to take it back.
  std::vector<TableBuilder*> record_tables_;
  std::vector<std::uint64_t*> record_counts_;
  std::size_t record_findings_ = 0;
  std::size_t record_user_ids_ = 0;
  std::size_t record_builders_ = 0;
  struct Retry {
    /// By (claim, number of the row in the record).
    std::map<std::pair<Claim, std::uint64_t>, Contest> contests = {};
    /// Whether equal keys of an object are looked for, and rows walked to their end.
    bool careful = false;
  } retry_;
  /// Whether the record may have text that the destination does not take.
  bool checks_text_ = false;
};

}  // namespace dlt::normalize
