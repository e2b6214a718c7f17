// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dlt/schema.hpp"
#include "schema/capabilities.hpp"
#include "schema/declared_columns.hpp"
#include "schema/detection.hpp"
#include "schema/rules.hpp"
#include "schema/value.hpp"

namespace dlt::normalize {

/// What holds for a whole package.
struct Settings {
  std::string pipeline_name = {};
  std::string load_id = {};
  std::shared_ptr<const Capabilities> capabilities = {};
  DeclaredColumns declared = {};
  /// Seconds since the epoch when the program started, for the detection of numbers that are times.
  double started = 0;
  /// Whether a record that cannot be loaded is left out, instead of failing the package.
  bool quarantines = false;
  /// Whether rows of typed columns get a `_dlt_id` though nothing needs one.
  bool adds_ids_to_rows = false;
  /// Root tables whose rows get no `_dlt_id`.
  std::set<std::string> without_ids = {};

  int wei_digits() const {
    return capabilities->wei_precision.precision - capabilities->wei_precision.scale;
  }
};

/// A schema at one moment, with what look-ups need. Immutable.
class SchemaSnapshot {
 public:
  SchemaSnapshot(std::shared_ptr<const Schema> schema, std::shared_ptr<const Settings> settings);

  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }
  const SchemaRules& rules() const { return rules_; }
  const NamingConvention& naming() const { return schema_->naming(); }
  const Settings& settings() const { return *settings_; }

  const Table* find_table(std::string_view name) const;
  const Column* find_column(std::string_view table, std::string_view column) const;
  /// Whether the table is not there or has no complete column yet, as contracts see it.
  bool is_new_table(std::string_view name) const;
  /// Whether somebody said which type the column has, by a hint, a preferred type or the detection
  /// of numbers as times, so that every value is made into it that can be; else the first value
  /// did.
  bool is_declared(std::string_view table, const Column& column) const;
  /// The type of a new column that is made for `value`, going by the value alone.
  DataType type_for(const Value& value) const;

 private:
  struct TableEntry {
    const Table* table = nullptr;
    std::unordered_map<std::string, const Column*> columns = {};
  };

  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const Settings> settings_;
  SchemaRules rules_;
  std::vector<Detection> detections_;
  std::unordered_map<std::string, TableEntry> tables_;
};

}  // namespace dlt::normalize
