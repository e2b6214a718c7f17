// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "dlt/schema.hpp"
#include "normalize/snapshot.hpp"

namespace dlt::normalize {

/// What a block met that its snapshot of the schema did not know, and what it made of it. Blocks
/// are normalized at the same time against snapshots that may be old; the findings tell whether
/// what was made still holds on the schema of the block's turn.
struct Finding {
  enum class Kind {
    kTable,      ///< a table was missing: proposed, as `table_definition`
    kColumn,     ///< a column was missing or incomplete: proposed, as `column_definition`
    kNull,       ///< null met a missing or incomplete column: nothing follows
    kNested,     ///< an object or list met a missing column: it was descended into
    kDiscarded,  ///< a column was missing, and the contract discarded the value or the row
    kTableGone,  ///< a table was missing, and the contract discarded its rows
    kNewTable,   ///< a column was added, against the contract, because its table was new
    kOwner,      ///< two values of a row claimed a name: `source` keeps it
  };

  Kind kind = Kind::kNull;
  std::string table = {};
  std::string column = {};
  /// kOwner: the source path that keeps the name.
  std::string source = {};
  Table table_definition = {};
  Column column_definition = {};

  bool proposes() const {
    return kind == Kind::kTable || kind == Kind::kColumn || kind == Kind::kOwner;
  }
};

/// The property that names the source path which keeps a column or a table, stored where several
/// claimed it.
inline constexpr const char* kSourceKey = "x-source-key";

/// The recorded owner of a column, or of a table when `column` is empty; empty where none is
/// recorded.
std::string recorded_owner(const SchemaSnapshot& schema, std::string_view table,
                           std::string_view column);

/// Whether everything that was found would be found again on `schema`.
bool still_hold(const std::vector<Finding>& findings, const SchemaSnapshot& schema);

/// The schema with everything that was proposed; the schema itself when nothing was.
std::shared_ptr<const Schema> with_proposals(const std::vector<Finding>& findings,
                                             std::shared_ptr<const Schema> schema);

}  // namespace dlt::normalize
