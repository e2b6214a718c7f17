// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "conformance/step_comparison.hpp"
#include "dlt/json.hpp"

namespace dlt::conformance {

/// Runs the pipeline of a `case.json`, each run with a pipeline object of its own. Returns what
/// each run left, in the shape of `expected.json`. Throws std::runtime_error for a case that says
/// what is not known.
Json run_recorded_case(const Json& test, Recording recording, const std::string& destination);

}  // namespace dlt::conformance
