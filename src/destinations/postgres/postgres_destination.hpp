// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "destinations/destination.hpp"

namespace dlt {

/// The PostgreSQL destination of an address, or null when the address is another destination's.
std::shared_ptr<Destination> make_postgres_destination(std::string_view address,
                                                       std::string_view default_name,
                                                       const Json& settings);

}  // namespace dlt
