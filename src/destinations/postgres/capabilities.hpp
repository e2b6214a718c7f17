// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema/capabilities.hpp"

namespace dlt::postgres {

/// What PostgreSQL can do, as dlt 1.26 says it (dlt/destinations/impl/postgres/factory.py) and as
/// PostgreSQL's limits are.
const Capabilities& postgres_capabilities();

/// Bytes of a name of a schema, table or column. PostgreSQL cuts longer ones without an error.
inline constexpr int kMaxIdentifierBytes = 63;

}  // namespace dlt::postgres
