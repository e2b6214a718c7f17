// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dlt/json.hpp"

namespace dlt {

inline constexpr int kOldestSchemaEngine = 3;

/// Brings a document of engine version 3 to 10 up to the current one, as dlt 1.26 does. A document
/// that is new enough loses only the `seen-null-first` hints of old. Throws kSchema when the
/// version is missing, older or newer.
void migrate_schema_document(Json& document);

}  // namespace dlt
