// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dlt/schema.hpp"

namespace dlt {

struct NestedHints;

/// What a resource says about its tables, in dlt's words. Names are the data's, not normalized yet.
/// Null and empty optionals: not said.
struct ResourceHints {
  /// Not said: the resource's name.
  std::optional<std::string> table_name = {};
  std::optional<std::string> parent_table_name = {};
  /// "merge", or {"disposition": "merge", "strategy": "scd2", ...}. Not said: append, unless the
  /// table has a parent.
  Json write_disposition = {};
  /// {"id": {"data_type": "bigint"}} or [{"name": "id", "data_type": "bigint"}].
  Json columns = {};
  /// A name or a list of names, in the place of what `columns` says; "" and []: none.
  Json primary_key = {};
  Json merge_key = {};
  Json schema_contract = {};
  std::optional<std::string> table_format = {};
  std::optional<std::string> file_format = {};
  Json references = {};
  /// The column of an incremental cursor, when its path is a plain name.
  std::optional<std::string> incremental_column = {};
  std::optional<int> max_table_nesting = {};
  std::vector<NestedHints> nested_hints = {};
  /// Any other property of the table ("x-...", "description").
  Json additional_table_hints = {};
};

/// Hints for a table below the resource's: `path` names it from there, {"items", "tags"}. With a
/// primary or merge key of its own it becomes a root table of the resource.
struct NestedHints {
  std::vector<std::string> path = {};
  ResourceHints hints = {};
};

/// Reads hints as they stand in a pipeline file: the members of ResourceHints by name,
/// `nested_hints` as {"items": {...}} or
/// [{"path": ["items", "tags"], ...}], and any "x-..." for the table. Throws kInvalidArgument on an
/// unknown or mistyped one.
ResourceHints parse_resource_hints(const Json& document);

/// What `update` says takes the place of what `hints` says; columns are merged by name, references
/// by referenced table. Said but empty ("", [], {}) takes back.
void apply_hints(ResourceHints& hints, const ResourceHints& update);

/// The tables that the hints make: the resource's own first, nested ones by length of their path,
/// names normalized. Throws kInvalidArgument on a disposition or strategy that does not exist,
/// kSchema on an unknown or mistyped property.
std::vector<Table> tables_from_hints(const Schema& schema, std::string_view resource,
                                     const ResourceHints& hints);

/// Lets the first data of a new table make its columns, whatever its contract says of new ones.
void evolve_columns_once(Table& table);

}  // namespace dlt
