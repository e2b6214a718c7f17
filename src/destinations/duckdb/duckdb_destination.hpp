// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "destinations/destination.hpp"

namespace dlt {

/// The DuckDB destination of an address: "duckdb" (the file `<default_name>.duckdb` in the current folder), "duckdb:///relative",
/// "duckdb:////absolute", or a path that ends in .duckdb, .ddb or .db. Null when the address is another destination's.
/// Throws kInvalidArgument for a database in memory, which would be gone with the process.
std::shared_ptr<Destination> make_duckdb_destination(std::string_view address, std::string_view default_name);

}  // namespace dlt
