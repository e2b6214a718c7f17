// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dlt/schema.hpp"

namespace dlt::duckdb {

/// DuckDB's type for a complete column, as dlt 1.26 has it
/// (dlt/destinations/impl/duckdb/factory.py). Throws kSchema, naming the column, for a precision
/// that DuckDB does not have.
std::string column_type(const Column& column);

}  // namespace dlt::duckdb
