// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dlt/schema.hpp"

namespace dlt {

/// A column that a contract keeps out of a table, and what becomes of its values.
struct RefusedColumn {
  std::string name;
  /// Which of the contract's entities refused it: "columns" or "data_type".
  std::string_view entity;
  ContractMode mode;
};

struct ContractOutcome {
  /// kEvolve: the table may be updated. Else it is new and refused: its rows are discarded, or the
  /// load fails.
  ContractMode table = ContractMode::kEvolve;
  std::vector<RefusedColumn> columns = {};

  /// Whether nothing was refused.
  bool is_clean() const { return table == ContractMode::kEvolve && columns.empty(); }
  /// Throws kContract when anything was refused by `freeze`, naming the schema, the table and the
  /// column.
  void throw_if_frozen(const Schema& schema, std::string_view table_name) const;
};

/// What a contract lets an update do. Takes refused columns out of `partial`, which holds new
/// columns and changed ones as they would be. Columns may be new in a new table, and in one with
/// x-normalizer.evolve-columns-once; a variant, or a change of type, nullability, precision, scale
/// or zone is a matter of `data_type`. dlt's own columns are always let in.
ContractOutcome apply_contract(const Schema& schema, const SchemaContract& contract,
                               Table& partial);

}  // namespace dlt
