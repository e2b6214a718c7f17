// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "core/json/framing.hpp"

namespace dlt::fuzz {

/// Normalizes a block of records and compares tables, rows, links and cells with what the rules of
/// dlt make of `values`, the records as nlohmann reads them; a discarded one is to be refused.
/// Blocks with keys that need a naming convention, with integers beyond 64 bits, or with records
/// that are no objects, are only normalized.
void check_tables(const RecordBlock& block, const std::vector<nlohmann::json>& values,
                  bool has_big_integers);

}  // namespace dlt::fuzz
