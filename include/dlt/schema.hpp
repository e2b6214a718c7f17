// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dlt/data_type.hpp>
#include <dlt/json.hpp>
#include <dlt/naming.hpp>

namespace dlt {

/// A column as the schema stores it.
struct Column {
  std::string name = {};
  /// Empty: incomplete, known by its hints only, and never created at the destination.
  std::optional<DataType> data_type = {};
  /// Empty: not said, which means true.
  std::optional<bool> nullable = {};
  /// Text and binary: length; bigint: bits; decimal: digits; timestamp and time: digits of the
  /// fraction.
  std::optional<int> precision = {};
  std::optional<int> scale = {};
  /// Timestamps: empty means true, kept in UTC.
  std::optional<bool> timezone = {};
  /// Every other property as it is stored ("primary_key", "unique", "x-..."). Never null.
  std::shared_ptr<const Json> hints = empty_hints();

  bool is_nullable() const { return nullable.value_or(true); }
  bool is_complete() const { return data_type.has_value(); }
  /// Whether the hint is there and true: flag("row_key").
  bool flag(std::string_view hint) const;
  Column& set_hint(std::string_view hint, Json value);
  Column& erase_hint(std::string_view hint);

  static std::shared_ptr<const Json> empty_hints();
  friend bool operator==(const Column& a, const Column& b);
};

/// A table as the schema stores it: columns in the order in which they came.
struct Table {
  std::string name = {};
  std::vector<Column> columns = {};
  /// Every property but name and columns, as it is stored ("parent", "write_disposition",
  /// "resource", "x-...").
  std::shared_ptr<const Json> properties = Column::empty_hints();

  const Column* find(std::string_view column) const;
  Column* find(std::string_view column);
  /// A text property, or empty: property("parent").
  std::string property(std::string_view name) const;
  Table& set_property(std::string_view name, Json value);
  Table& erase_property(std::string_view name);
  bool is_nested() const { return !property("parent").empty(); }
  /// Whether rows were ever normalized into it (x-normalizer.seen-data).
  bool has_seen_data() const;
};

/// How hints that mean something only over several columns (primary_key, merge_key, partition,
/// cluster, incremental) are merged: added to what is there, or, where the update names one, in its
/// place.
enum class CompoundHints { kMerge, kReplace };

/// What a schema contract does with what is new.
enum class ContractMode { kEvolve, kFreeze, kDiscardRow, kDiscardValue };
std::string_view to_string(ContractMode mode);

/// A contract for new tables, new columns, and changes of a column's data type.
struct SchemaContract {
  ContractMode tables = ContractMode::kEvolve;
  ContractMode columns = ContractMode::kEvolve;
  ContractMode data_type = ContractMode::kEvolve;

  friend bool operator==(const SchemaContract&, const SchemaContract&) = default;
  /// Reads "freeze" or {"tables": ..., "columns": ..., "data_type": ...}; entities that are not
  /// named keep `fallback`'s mode. Throws kSchema on an unknown entity or mode.
  static SchemaContract parse(const Json& settings, const SchemaContract& fallback);
};

/// A schema: tables, settings, normalizers, and the chain of its versions. Format: dlt 1.26, engine
/// version 11. Names that are handed in are normalized already, unless said otherwise.
class Schema {
 public:
  static constexpr int kEngineVersion = 11;

  /// A fresh schema with `_dlt_version` and `_dlt_loads`, default hints included, their names as
  /// `naming` makes them (null: snake_case). Throws kSchema unless `name` is an identifier of at
  /// most 64 characters.
  explicit Schema(std::string name, std::shared_ptr<const NamingConvention> naming = nullptr);

  /// Reads a stored document of engine version 3 to 11, migrating older ones. One that was changed
  /// since its hash was taken gets the next version. Throws kSchema naming the path in the
  /// document.
  static Schema from_json(Json document);
  static Schema from_yaml(std::string_view text);
  /// The stored document: version, version_hash, engine_version, name, tables, settings,
  /// normalizers, previous_hashes, ... Version and hash are those of the content as it is now, as
  /// after `bump_version`.
  Json to_json() const;
  /// The form that people edit: names left out.
  Json to_json_without_defaults() const;
  std::string to_yaml() const;
  std::string to_yaml_without_defaults() const;

  const std::string& name() const { return name_; }
  /// The version when the schema was last stored.
  std::int64_t version() const { return version_; }
  /// The hash when the schema was last stored; empty for a schema that never was.
  const std::string& stored_version_hash() const { return version_hash_; }
  /// Newest first, ten at most.
  const std::vector<std::string>& previous_hashes() const { return previous_hashes_; }
  /// The hash of the file that the schema was imported from, or empty.
  const std::string& imported_version_hash() const { return imported_version_hash_; }
  void set_imported_version_hash(std::string hash) { imported_version_hash_ = std::move(hash); }
  /// Hash of the content as it is now (SHA3-256, base64).
  std::string compute_version_hash() const;
  /// When the content changed since it was stored: version + 1, old hash to the front of
  /// previous_hashes. A schema that never was stored gets its first hash and keeps its version.
  /// Returns whether the hash is a new one.
  bool bump_version();
  /// Takes over another document's chain of versions.
  void set_version_chain(std::int64_t version, std::string hash, std::vector<std::string> previous);
  /// Becomes `other`, with its versions; the hash that this one had goes to the previous ones. As
  /// an import does.
  void replace_content(const Schema& other);

  const std::vector<Table>& tables() const { return tables_; }
  const Table* find_table(std::string_view name) const;
  Table* find_table(std::string_view name);
  /// A table and all below it, each after its parent, children in the schema's order.
  std::vector<const Table*> table_chain(std::string_view root) const;
  /// The root of the chain that a table belongs to; the table itself when it has no parent.
  const Table& root_table(const Table& table) const;
  /// Whether a table is not there or has no complete column.
  bool is_new_table(std::string_view name) const;
  /// A property of a table or of the nearest table above it that has it; null when there is none.
  const Json* inherited_property(std::string_view table, std::string_view property) const;
  /// Adds a table or merges what `partial` says into the existing one: what is said wins, new
  /// columns go to the end. A new root table that does not say otherwise is append and its own
  /// resource. Throws kSchema when a complete column's data_type or the parent would change, or the
  /// parent is not there.
  void update_table(const Table& partial, CompoundHints compound = CompoundHints::kMerge);
  /// Takes a table out, and what the normalizer propagates from it; not those below it.
  void drop_table(std::string_view name);
  /// Takes over the settings and normalizers of another schema of the same name, and merges all of
  /// its tables, their names normalized by this schema's convention.
  void update_schema(const Schema& other);
  /// The same without what the phases left behind for themselves: x-normalizer, x-loader,
  /// x-extractor.
  Schema without_processing_hints() const;

  /// `settings` and `normalizers` as stored. Setting them throws kSchema when a property is unknown
  /// or mistyped.
  const Json& settings() const { return *settings_; }
  void set_settings(Json settings);
  const Json& normalizers() const { return *normalizers_; }
  /// Another naming convention renames, as `set_naming` does.
  void set_normalizers(Json normalizers);
  /// The `config` of the json normalizer, or an empty object; and one key of it set (null:
  /// removed).
  Json normalizer_config() const;
  void set_normalizer_config(std::string_view key, Json value);
  /// A mode, an object of modes, or null for none.
  void set_contract(Json contract);
  /// Adds patterns to `settings.default_hints`: {"not_null": ["_dlt_id", "re:_at$"]}; their plain
  /// names are normalized.
  void add_default_hints(const Json& hints);
  /// Adds the default hints of the columns that the normalizer adds (`_dlt_id` is a unique row key,
  /// ...). A fresh schema has them, one that somebody wrote or an older engine stored may lack
  /// them.
  void add_system_column_hints();
  /// Sets types in `settings.preferred_types`: {"re:_at$": "timestamp"}; their plain names are
  /// normalized.
  void add_preferred_types(const Json& types);

  const NamingConvention& naming() const { return *naming_; }
  std::shared_ptr<const NamingConvention> shared_naming() const { return naming_; }
  /// The reference of the convention as stored: "snake_case".
  std::string naming_name() const;
  /// Takes another convention, or the same one with another maximum length. Another convention
  /// renames all tables and columns; throws kSchema when tables have seen data and
  /// `allow_identifier_change_on_table_with_data` is not set.
  void set_naming(std::shared_ptr<const NamingConvention> naming);
  /// Whether names of the data are normalized as paths ("a__b" is a path of two). False in schemas
  /// older than engine version 11.
  bool normalizes_paths() const;

  /// "_dlt_version", "_dlt_loads", "_dlt_pipeline_state" as the convention makes them.
  std::string version_table_name() const;
  std::string loads_table_name() const;
  std::string state_table_name() const;
  /// Whether a table or column is dlt's own: its name begins with "_dlt" as the convention makes
  /// it.
  bool is_system_name(std::string_view name) const;

  /// The contract that holds for a table: its own or its parents' `schema_contract`, else the
  /// schema's setting. A table that is not in the schema yet has `parent`'s. dlt's own tables have
  /// none.
  SchemaContract contract_for(std::string_view table, std::string_view parent = {}) const;

 private:
  Json content() const;
  void read(const Json& document);
  void rename_tables(const NamingConvention& from);

  std::string name_;
  std::int64_t version_ = 1;
  std::string version_hash_;
  std::string imported_version_hash_;
  std::vector<std::string> previous_hashes_;
  std::vector<Table> tables_;
  std::shared_ptr<const NamingConvention> naming_;
  std::string system_prefix_;
  std::shared_ptr<const Json> settings_;
  std::shared_ptr<const Json> normalizers_;
  // Whatever else stands at top level (description, x-...): kept unread.
  std::shared_ptr<const Json> rest_;
};

}  // namespace dlt
