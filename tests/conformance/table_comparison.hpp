// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/comparison.hpp"
#include "conformance/linked_rows.hpp"
#include "dlt/json.hpp"

// Tables of a dataset against recorded ones.
namespace dlt::conformance {

/// Which tables there are, and the columns of each in order: `duckdb_type` exactly, with the
/// default; `pg_type` by dlt's type; `nullable`.
void compare_columns(const Json& expected, const Json& actual, Differences& differences);
/// Rows recorded with their ids as they were drawn: load ids by their order, row ids where
/// `schema` makes them functions of the data. Rows of dlt's own tables were not recorded.
void compare_drawn_rows(const Json& expected, const Json& actual, const Json& schema,
                        Differences& differences);
/// Rows recorded with tokens. Those of dlt's own tables in the columns that were recorded.
void compare_linked_rows(const Json& expected_tables, const Json& actual_tables,
                         const LinkedRows& expected, const LinkedRows& actual,
                         Differences& differences);

}  // namespace dlt::conformance
