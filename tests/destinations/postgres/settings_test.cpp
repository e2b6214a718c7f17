// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/settings.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"

namespace dlt::postgres {
namespace {

TEST(PostgresSettingsTest, AreDltsDefaults) {
  const Settings settings = Settings::from_json({}, nullptr);
  EXPECT_TRUE(settings.create_indexes);
  EXPECT_EQ(settings.address.get("connect_timeout"), "15");
  EXPECT_EQ(settings.address.parameters().size(), 1U);
}

TEST(PostgresSettingsTest, CredentialsAreDltsWords) {
  const Settings settings =
      Settings::from_json({}, Json::parse(R"({"create_indexes": false, "credentials": {
            "drivername": "postgresql", "database": "shop", "username": "bob", "password": "p",
            "host": "db", "port": 5433, "connect_timeout": 3, "client_encoding": "utf-8",
            "query": {"sslmode": "require"}}})"));
  EXPECT_FALSE(settings.create_indexes);
  EXPECT_EQ(settings.address.get("dbname"), "shop");
  EXPECT_EQ(settings.address.get("user"), "bob");
  EXPECT_EQ(settings.address.get("password"), "p");
  EXPECT_EQ(settings.address.get("host"), "db");
  EXPECT_EQ(settings.address.get("port"), "5433");
  EXPECT_EQ(settings.address.get("connect_timeout"), "3");
  EXPECT_EQ(settings.address.get("sslmode"), "require");
}

TEST(PostgresSettingsTest, TheAddressHoldsOverCredentials) {
  const Settings settings = Settings::from_json(
      *Address::parse("postgresql://db/other"),
      Json{{"credentials", "postgresql://bob:p@elsewhere/shop?connect_timeout=4"}});
  EXPECT_EQ(settings.address.get("host"), "db");
  EXPECT_EQ(settings.address.get("dbname"), "other");
  EXPECT_EQ(settings.address.get("user"), "bob");
  EXPECT_EQ(settings.address.get("connect_timeout"), "4");
}

TEST(PostgresSettingsTest, WhatIsWrongIsNamed) {
  struct Case {
    const char* settings;
    const char* named;
  };
  for (const Case& wrong :
       {Case{R"([])", "settings"}, Case{R"({"create_indexes": 1})", "create_indexes"},
        Case{R"({"csv_format": {}})", "csv_format"}, Case{R"({"credentials": 1})", "credentials"},
        Case{R"({"credentials": "duckdb:///x"})", "credentials"},
        Case{R"({"credentials": {"user": "bob"}})", "user"},
        Case{R"({"credentials": {"port": true}})", "port"},
        Case{R"({"credentials": {"query": "x"}})", "query"},
        Case{R"({"credentials": {"query": {"nothing": 1}}})", "nothing"},
        Case{R"({"credentials": {"drivername": "mysql"}})", "drivername"},
        Case{R"({"credentials": {"client_encoding": "latin1"}})", "client_encoding"}}) {
    const Error error = thrown_by([&] { Settings::from_json({}, Json::parse(wrong.settings)); });
    EXPECT_EQ(error.code(), ErrorCode::kConfiguration) << wrong.settings;
    EXPECT_NE(error.message().find(std::string("'") + wrong.named + "'"), std::string::npos)
        << error.message();
  }
}

}  // namespace
}  // namespace dlt::postgres
