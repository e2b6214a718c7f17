// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <dlt/error.hpp>

namespace dlt::engine {

/// What a message of DuckDB means to dlt++. DuckDB's C API gives the kind of an error only for
/// results, the message always starts with it ("Constraint Error: ..."), so the message decides.
Error translate_error(std::string_view message);

}  // namespace dlt::engine
