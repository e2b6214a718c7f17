// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "destinations/destination.hpp"

namespace dlt {
namespace {

struct Case {
  const char* name;
  const char* address;
  const char* location;  // {cwd}: the current folder
};

class Address : public testing::TestWithParam<Case> {};

TEST_P(Address, GivesTheLocationOfTheFile) {
  const auto destination = make_destination(GetParam().address, "chess");
  EXPECT_EQ(destination->type(), "dlt.destinations.duckdb");
  EXPECT_EQ(destination->name(), "duckdb");
  std::string expected = GetParam().location;
  if (const std::size_t at = expected.find("{cwd}"); at != std::string::npos) {
    expected.replace(at, 5, std::filesystem::current_path().string());
  }
  EXPECT_EQ(destination->location(), expected);
  // The location is an address of the same.
  EXPECT_EQ(make_destination(destination->location(), "other")->location(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, Address,
    testing::Values(Case{"name", "duckdb", "duckdb:///{cwd}/chess.duckdb"},
                    Case{"type", "dlt.destinations.duckdb", "duckdb:///{cwd}/chess.duckdb"},
                    Case{"file", "a/../b.duckdb", "duckdb:///{cwd}/b.duckdb"},
                    Case{"db", "/x/y.db", "duckdb:////x/y.db"},
                    Case{"url_relative", "duckdb:///sub/x", "duckdb:///{cwd}/sub/x"},
                    Case{"url_absolute", "duckdb:////sub/x.file", "duckdb:////sub/x.file"},
                    Case{"memory", ":memory:", "duckdb:///:memory:"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(AddressTest, OthersAreUnknown) {
  EXPECT_EQ(thrown_by([] { make_destination("bigquery", "x"); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([] { make_destination("duckdb:", "x"); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([] { make_destination("", "x"); }).code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace dlt
