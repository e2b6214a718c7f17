// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "arrow/export.hpp"
#include "destinations/postgres/connection.hpp"

namespace dlt::postgres {

/// The rows of a query as Arrow's arrays: numbers, booleans, dates, times and timestamps as such,
/// bytea as binary, everything else as the text that PostgreSQL writes, numeric too. A timestamp
/// that is infinite, or beyond the years 1 to 9999, throws kDestination.
std::unique_ptr<arrow::Producer> batches_of(QueryResult rows);

}  // namespace dlt::postgres
