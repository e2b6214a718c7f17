// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dlt/resource.hpp"
#include "dlt/schema.hpp"

namespace dlt {

/// Reads hints as they stand in a pipeline file: the members of ResourceHints by name, and any
/// "x-..." for the table. Throws kInvalidArgument on an unknown or mistyped one.
ResourceHints parse_resource_hints(const Json& document);

/// What `update` says takes the place of what `hints` says; columns are merged by name, references
/// by referenced table. Said but empty ("", [], {}) takes back.
void apply_hints(ResourceHints& hints, const ResourceHints& update);

/// The tables that the hints make: the resource's own first, nested ones by length of their path,
/// names normalized. Throws kInvalidArgument on a disposition or strategy that does not exist,
/// kSchema on an unknown or mistyped property.
std::vector<Table> tables_from_hints(const Schema& schema, std::string_view resource,
                                     const ResourceHints& hints);

/// The table that a resource of this name loads where it names none.
std::string normalize_root_name(const Schema& schema, const std::string& name);

/// Lets the first data of a new table make its columns, whatever its contract says of new ones.
void evolve_columns_once(Table& table);

}  // namespace dlt
