// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dlt/resource.hpp"
#include "dlt/schema.hpp"
#include "extract/extract.hpp"
#include "extract/incremental_rule.hpp"

namespace dlt {

/// What the hints of a resource come to on the schema as it is.
struct ResourcePlan {
  /// The root table first; names normalized.
  std::vector<Table> tables = {};
  /// The schema with them.
  Schema schema;
  std::string table = {};
  std::string disposition = {};
  /// Merged into a table without a key.
  bool is_unkeyed = false;
  std::optional<IncrementalRule> incremental = {};

  bool replaces() const { return disposition == "replace"; }
  /// Whether a row that comes again is there twice.
  bool adds() const { return disposition == "append" || is_unkeyed; }
  /// The cursor by which rows are loaded; empty: by none.
  std::string cursor() const { return incremental ? incremental->cursor.text() : std::string(); }
};

/// Throws kInvalidArgument for a table that cannot be, and for hints that do not go together.
ResourcePlan plan_of(const ExtractContext& context, const Resource& resource);

}  // namespace dlt
