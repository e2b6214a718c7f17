// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "dlt/json.hpp"

namespace dlt {

// Strict checks of what people write. Each throws kSchema with the path of the first property that
// is unknown or has a wrong type: "tables.users.columns.id.nullable". Properties that begin with
// "x-" are anybody's: they are never looked at.

/// A whole schema document of the current engine version.
void validate_schema_document(const Json& document);
/// One table of it; `path` is how messages call it.
void validate_table_document(const Json& table, std::string_view path);
/// The `settings` of it: default_hints, preferred_types, detections, schema_contract.
void validate_settings(const Json& settings, std::string_view path);
/// The `normalizers` of it.
void validate_normalizers(const Json& normalizers, std::string_view path);

}  // namespace dlt
