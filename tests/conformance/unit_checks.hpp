// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <dlt/json.hpp>

namespace dlt::conformance {

// One line of a vector file each. Empty: it holds; else what was expected and what came.
std::optional<std::string> check_naming(const Json& vector);
std::optional<std::string> check_hash(const Json& vector);
std::optional<std::string> check_coercion(const Json& vector);
std::optional<std::string> check_iso_timestamp(const Json& vector);
std::optional<std::string> check_state(const Json& vector);

}  // namespace dlt::conformance
