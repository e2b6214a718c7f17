// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/connection.hpp"

namespace dlt::engine {

/// Reads the whole of a CSV file whose columns `names` are text, and returns for each the
/// expression that reads it as its type: "CAST(... AS BIGINT) AS x"; columns without any value are
/// left out. `scan` is what stands behind FROM.
std::vector<std::string> typed_csv_columns(Connection& connection, std::string_view scan,
                                           const std::vector<std::string>& names);

}  // namespace dlt::engine
