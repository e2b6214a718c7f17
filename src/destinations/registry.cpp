// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "destinations/destination.hpp"
#include "destinations/duckdb/duckdb_destination.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

/// A line a destination: makes one of an address that is its own, or nothing.
constexpr std::shared_ptr<Destination> (*kDestinations[])(std::string_view address, std::string_view default_name) = {
    make_duckdb_destination,
};

}  // namespace

std::shared_ptr<Destination> make_destination(std::string_view address, std::string_view default_name) {
  for (const auto make : kDestinations) {
    if (std::shared_ptr<Destination> destination = make(address, default_name)) return destination;
  }
  throw Error(ErrorCode::kInvalidArgument, fmt::format("unknown destination '{}'", address),
              "write the path of a DuckDB file, ending in .duckdb, or duckdb:///path");
}

}  // namespace dlt
