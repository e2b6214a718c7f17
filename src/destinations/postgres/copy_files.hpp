// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <vector>

#include "destinations/postgres/table_columns.hpp"

namespace dlt::postgres {

/// Adds the rows of batch files to a table; in a transaction that the caller has begun. `table` is
/// written as in SQL. Fields go to the columns of their names, whatever their order. A column whose
/// type a field is not written in is converted by the server, through a temporary table. Rows are
/// added to `rows_copied` as they are sent; it may be null. Throws as `LoadTransaction::load` does.
void copy_files(Connection& connection, const std::string& table,
                const std::vector<std::filesystem::path>& files,
                std::atomic<std::int64_t>* rows_copied);

}  // namespace dlt::postgres
