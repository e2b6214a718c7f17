// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "destinations/postgres/address.hpp"
#include "destinations/sql/settings.hpp"
#include "dlt/json.hpp"

namespace dlt::postgres {

/// What dlt 1.26 lets a user say about PostgreSQL
/// (dlt/destinations/impl/postgres/configuration.py).
struct Settings : sql::Settings {
  Address address = {};

  /// Reads {"create_indexes": ..., "replace_strategy": ..., "credentials": "postgresql://..." or
  /// {"database": ..., "username": ..., "password": ..., "host": ..., "port": ...,
  /// "connect_timeout": ..., "client_encoding": ..., "query": {"sslmode": ...}}}; null: none. What
  /// `address` says holds over the credentials. Throws kConfiguration, naming the setting.
  static Settings from_json(const Address& address, const Json& settings);
};

}  // namespace dlt::postgres
