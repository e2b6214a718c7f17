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

namespace dlt {

/// A column as the schema stores it.
struct Column {
  std::string name = {};
  /// Empty: incomplete, known by its hints only, and never created at the destination.
  std::optional<DataType> data_type = {};
  /// Empty: not said, which means true.
  std::optional<bool> nullable = {};
  /// Text and binary: length; bigint: bits; decimal: digits; timestamp and time: digits of the fraction.
  std::optional<int> precision = {};
  std::optional<int> scale = {};
  /// Timestamps: empty means true, kept in UTC.
  std::optional<bool> timezone = {};
  /// Every other property as it is stored ("primary_key", "unique", "x-..."), without default values. Never null.
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
  /// Every property but name and columns, as it is stored ("parent", "write_disposition", "resource", "x-...").
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

/// How hints that mean something only over several columns (primary_key, merge_key, partition, cluster, incremental) are merged:
/// added to what is there, or, where the update names one, in its place.
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
  /// Reads "freeze" or {"tables": ..., "columns": ..., "data_type": ...}; entities that are not named keep `fallback`'s
  /// mode. Throws kSchema on an unknown entity or mode.
  static SchemaContract parse(const Json& settings, const SchemaContract& fallback);
};

/// A schema: tables, settings, normalizers, and the chain of its versions. Format: dlt 1.26, engine version 11.
class Schema {
 public:
  static constexpr int kEngineVersion = 11;

  /// A fresh schema with `_dlt_version` and `_dlt_loads`, default hints included. Throws kSchema unless `name` is an
  /// identifier of at most 64 characters that snake_case leaves as it is.
  explicit Schema(std::string name);

  /// Reads a stored document of engine version 6 to 11, migrating older ones. Throws kSchema naming the path in the document.
  static Schema from_json(Json document);
  static Schema from_yaml(std::string_view text);
  /// The stored document: version, version_hash, engine_version, name, tables, settings, normalizers, previous_hashes, ...
  Json to_json() const;
  /// The form that people edit: names and default values left out.
  Json to_json_without_defaults() const;
  std::string to_yaml() const;
  std::string to_yaml_without_defaults() const;

  const std::string& name() const { return name_; }
  std::int64_t version() const { return version_; }
  /// The hash when the schema was last stored; empty for a schema that never was.
  const std::string& stored_version_hash() const { return version_hash_; }
  const std::vector<std::string>& previous_hashes() const { return previous_hashes_; }
  const std::string& imported_version_hash() const { return imported_version_hash_; }
  void set_imported_version_hash(std::string hash) { imported_version_hash_ = std::move(hash); }
  /// Hash of the content as it is now (SHA3-256, base64).
  std::string compute_version_hash() const;
  /// When the content changed since it was stored: version + 1, old hash to the front of previous_hashes (10 at most).
  /// Returns whether anything changed.
  bool bump_version();
  /// Takes over another document's chain of versions, as an import does.
  void set_version_chain(std::int64_t version, std::string hash, std::vector<std::string> previous);

  const std::vector<Table>& tables() const { return tables_; }
  const Table* find_table(std::string_view name) const;
  Table* find_table(std::string_view name);
  /// Root tables of a chain first, then its nested tables, in the schema's order.
  std::vector<const Table*> table_chain(std::string_view root) const;
  /// The root of the chain that a table belongs to; the table itself when it has no parent.
  const Table& root_table(const Table& table) const;
  /// Adds a table or merges what `partial` says into the existing one: what is said wins, new columns go to the end.
  /// Throws kSchema when a complete column's data_type or the parent would change.
  void update_table(const Table& partial, CompoundHints compound = CompoundHints::kMerge);
  void drop_table(std::string_view name);
  /// Merges all tables and settings of another schema of the same name.
  void update_schema(const Schema& other);

  /// `settings` and `normalizers` as stored, and everything else at top level that is kept unread (description, x-...).
  const Json& settings() const;
  void set_settings(Json settings);
  const Json& normalizers() const;
  void set_normalizers(Json normalizers);
  /// The `config` of the json normalizer, or an empty object; and one key of it set (null: removed).
  Json normalizer_config() const;
  void set_normalizer_config(std::string_view key, Json value);
  const std::string naming_name() const;

  /// The contract that holds for a table: its own or its parents' `schema_contract`, else the schema's setting.
  SchemaContract contract_for(std::string_view table) const;

 private:
  std::string name_;
  std::int64_t version_ = 1;
  std::string version_hash_;
  std::string imported_version_hash_;
  std::vector<std::string> previous_hashes_;
  std::vector<Table> tables_;
  std::shared_ptr<const Json> settings_;
  std::shared_ptr<const Json> normalizers_;
  std::shared_ptr<const Json> rest_;
};

}  // namespace dlt
