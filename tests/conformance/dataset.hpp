// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "conformance/case_destination.hpp"
#include "destinations/destination.hpp"
#include "dlt/json.hpp"

namespace dlt::conformance {

/// Empty when the database is not there yet.
std::unique_ptr<DestinationClient> open_dataset(const CaseDestination& place,
                                                const std::string& dataset);

/// What stands in the database: `tables` of the dataset by name, each with its `columns` (`name`,
/// `type`, `nullable`, `default` if there is one) and `rows`. Where the destination is asked for
/// them also its `constraints` and `indexes`, and `other_schemas`: tables by schema.
Json read_dataset(const CaseDestination& place, const std::string& dataset);

}  // namespace dlt::conformance
