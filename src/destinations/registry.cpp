// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "destinations/destination.hpp"
#include "destinations/duckdb/duckdb_destination.hpp"
#include "destinations/postgres/postgres_destination.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

/// A line a destination: makes one of an address that is its own, or nothing.
constexpr std::shared_ptr<Destination> (*kDestinations[])(std::string_view address,
                                                          std::string_view default_name,
                                                          const Json& settings) = {
    make_duckdb_destination,
    make_postgres_destination,
};

}  // namespace

std::shared_ptr<Destination> make_destination(std::string_view address,
                                              std::string_view default_name, const Json& settings) {
  for (const auto make : kDestinations) {
    if (std::shared_ptr<Destination> destination = make(address, default_name, settings))
      return destination;
  }
  throw Error(ErrorCode::kInvalidArgument, fmt::format("unknown destination '{}'", address),
              "write the path of a DuckDB file, ending in .duckdb, or duckdb:///path, or "
              "postgresql://user@host/database");
}

std::shared_ptr<Destination> make_destination(std::string_view address,
                                              std::string_view default_name) {
  return make_destination(address, default_name, nullptr);
}

}  // namespace dlt
