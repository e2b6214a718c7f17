// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dlt/schema.hpp"

namespace dlt::postgres {

/// PostgreSQL's type for a complete column, as dlt 1.26 has it
/// (dlt/destinations/impl/postgres/factory.py). Throws kSchema, naming the column, for a precision
/// that PostgreSQL does not have.
std::string column_type(const Column& column);

}  // namespace dlt::postgres
