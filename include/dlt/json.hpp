// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace dlt {

/// A JSON value that keeps the order of its keys: what schema documents are made of, and what a
/// resource yields.
using Json = nlohmann::ordered_json;

}  // namespace dlt
