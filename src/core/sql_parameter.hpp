// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "dlt/values.hpp"

namespace dlt {

/// A value for a parameter of an SQL statement; std::monostate is NULL, a Timestamp is one with
/// time zone.
using SqlParameter =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Timestamp>;

}  // namespace dlt
