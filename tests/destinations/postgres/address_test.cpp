// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/address.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"

namespace dlt::postgres {
namespace {

/// No PGHOST, PGUSER, ... of whoever runs the tests.
class PostgresAddress : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE"})
      ::unsetenv(name);
    ::setenv("PGUSER", "ann", 1);
  }
};

struct Case {
  const char* name;
  const char* address;
  const char* location;
};

class PostgresLocation : public PostgresAddress, public testing::WithParamInterface<Case> {};

TEST_P(PostgresLocation, OpensTheSameWithoutSecrets) {
  const auto address = Address::parse(GetParam().address);
  ASSERT_TRUE(address);
  const std::string location = address->location();
  EXPECT_EQ(location, GetParam().location);
  const auto again = Address::parse(location);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->location(), location);
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, PostgresLocation,
    testing::Values(
        Case{"full", "postgresql://bob:secret@db.example.com:5433/shop",
             "postgresql://bob@db.example.com:5433/shop"},
        Case{"short_scheme", "postgres://bob@db/shop", "postgresql://bob@db:5432/shop"},
        Case{"user_from_the_environment", "postgresql://db/shop", "postgresql://ann@db:5432/shop"},
        Case{"database_is_the_users", "postgresql://bob@db", "postgresql://bob@db:5432/bob"},
        Case{"parameters", "postgresql://bob@db/shop?sslmode=verify-full&sslrootcert=/ca%20x.pem",
             "postgresql://bob@db:5432/shop?sslmode=verify-full&sslrootcert=%2Fca%20x.pem"},
        Case{"password_as_a_parameter", "postgresql://db/shop?user=bob&password=secret",
             "postgresql://bob@db:5432/shop"},
        Case{"key_password", "postgresql://bob@db/shop?sslkey=k.pem&sslpassword=secret",
             "postgresql://bob@db:5432/shop?sslkey=k.pem"},
        Case{"encoded", "postgresql://b%40b:s%40cret@db/sh%2Fop",
             "postgresql://b%40b@db:5432/sh%2Fop"},
        Case{"keywords", "postgresql:host=db dbname='my shop' user=bob password=secret",
             "postgresql://bob@db:5432/my%20shop"},
        Case{"socket", "postgresql://bob@%2Frun%2Fpg:5433/shop",
             "postgresql:///shop?host=%2Frun%2Fpg&port=5433&user=bob"},
        Case{"several_hosts", "postgresql://bob@a:1,b:2/shop",
             "postgresql:///shop?host=a%2Cb&port=1%2C2&user=bob"},
        Case{"ipv6", "postgresql://bob@[::1]:5433/shop",
             "postgresql:///shop?host=%3A%3A1&port=5433&user=bob"},
        Case{"options", "postgresql://bob@db/shop?options=-c%20work_mem%3D64MB",
             "postgresql://bob@db:5432/shop?options=-c%20work_mem%3D64MB"},
        Case{"service", "postgresql:service=shop password=secret", "postgresql://?service=shop"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(PostgresAddress, NamesOfTheDestinationTakeAllFromTheEnvironment) {
  ::setenv("PGHOST", "db", 1);
  ::setenv("PGDATABASE", "shop", 1);
  for (const char* name : {"postgres", "postgresql", "dlt.destinations.postgres"}) {
    const auto address = Address::parse(name);
    ASSERT_TRUE(address) << name;
    EXPECT_TRUE(address->parameters().empty());
    EXPECT_EQ(address->location(), "postgresql://ann@db:5432/shop");
  }
}

TEST_F(PostgresAddress, OthersAddressesAreNone) {
  for (const char* other : {"duckdb:///x.duckdb", "postgres.duckdb", "", "mysql://db", "/postgres"})
    EXPECT_FALSE(Address::parse(other)) << other;
}

TEST_F(PostgresAddress, WhatIsMalformedIsRefusedWithoutItsSecrets) {
  for (const char* malformed :
       {"postgresql://bob:secret@[::1/shop", "postgresql://bob:sec%ret@db/shop",
        "postgresql://bob:secret@db/shop?nothing=1", "postgresql:host=db password=secret nothing=1",
        "postgresql:host=db 'secret", "postgresql:secret"}) {
    const Error error = thrown_by([&] { Address::parse(malformed); });
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << malformed;
    EXPECT_EQ(error.describe().find("sec"), std::string::npos) << error.describe();
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(PostgresAddress, AParameterThatLibpqLacksIsRefused) {
  Address address;
  address.set("sslmode", "require");
  EXPECT_EQ(address.get("sslmode"), "require");
  EXPECT_EQ(thrown_by([&] { address.set("ssl_mode", "require"); }).code(),
            ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace dlt::postgres
