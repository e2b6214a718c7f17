// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "destinations/destination.hpp"
#include "destinations/sql/dialect.hpp"

namespace dlt::sql {

/// A step of loading a chain.
struct Step {
  enum class Kind {
    kExecute,  ///< `sql` is a statement
    kCopy,     ///< the files of `rows` go into the table `sql`
    kRefuse,   ///< `sql` is a query; a row of it is a reason not to load, explained by `message`
  };
  Kind kind = Kind::kExecute;
  std::string sql = {};
  const TableRows* rows = nullptr;
  /// kCopy: whether `row_order` of the dialect must tell the order of the rows.
  bool in_order = false;
  /// It only fills temporary tables: what the dataset's tables hold does not matter yet.
  bool is_staging = false;
  /// kRefuse: what is wrong, before the values of the row.
  std::string message = {};
  std::string hint = {};
};

/// The steps that load a chain by its disposition: one place for the SQL of all of them. The chain
/// outlives the steps. Throws kSchema for hints that the disposition cannot work with.
std::vector<Step> plan_chain(const Dialect& dialect, const Place& place, const TableChain& chain);

}  // namespace dlt::sql
