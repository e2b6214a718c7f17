// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dlt/schema.hpp"

namespace dlt {

// Columns and tables as they stand in a schema document, and back. Nothing is checked here: see
// validation.hpp.
Json column_document(const Column& column);
Json table_document(const Table& table);
Column column_from_document(std::string name, const Json& document);
Table table_from_document(std::string name, const Json& document);

/// What a document leaves out is filled in: names of tables and columns, write_disposition and
/// resource of root tables.
void apply_defaults(Json& document);
/// The hash of a document with its defaults, of any engine version: SHA3-256 of everything but
/// versions and hashes.
std::string version_hash(const Json& document);
/// When the content is no longer what `version_hash` says: version + 1, the old hash to the front
/// of `previous_hashes`. Returns whether it was so.
bool bump_document(Json& document);

/// Hints that the phases leave behind for themselves.
inline constexpr std::array<std::string_view, 3> kProcessingHints = {"x-normalizer", "x-loader",
                                                                     "x-extractor"};
/// How many previous hashes are remembered.
inline constexpr std::size_t kHashHistory = 10;

}  // namespace dlt
