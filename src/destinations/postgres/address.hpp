// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dlt::postgres {

/// Where a database is and how it is connected to: libpq's connection parameters by name ("host",
/// "port", "user", "dbname", "sslmode", ...). What is not said, libpq takes from the environment
/// (PGHOST, PGPASSWORD, ...), from ~/.pgpass and from its defaults.
class Address {
 public:
  Address() = default;

  /// The address of a destination: "postgres", "dlt.destinations.postgres",
  /// "postgresql://user@host:5432/database?sslmode=require", "postgres://...",
  /// "postgresql:host=... dbname=...". Empty for another destination's. Throws kInvalidArgument for
  /// what libpq does not understand; the message has no password in it.
  static std::optional<Address> parse(std::string_view text);

  /// Throws kConfiguration, naming the parameter, when libpq has none of that name.
  void set(const std::string& parameter, std::string value);
  const std::map<std::string, std::string>& parameters() const { return parameters_; }
  /// A parameter's value, or empty.
  std::string_view get(const std::string& parameter) const;

  /// The address without secrets, as "postgresql://user@host:5432/database?...": opens the same
  /// database again where the password is known from elsewhere. Host, port, user and database are
  /// in it also when they come from the environment.
  std::string location() const;

 private:
  std::map<std::string, std::string> parameters_;
};

}  // namespace dlt::postgres
