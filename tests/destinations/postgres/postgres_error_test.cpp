// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/postgres_error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dlt::postgres {
namespace {

struct Case {
  const char* name;
  const char* sqlstate;
  ErrorCode code;
  bool retryable;
};

class PostgresError : public testing::TestWithParam<Case> {};

TEST_P(PostgresError, MeansWhatItsCodeSays) {
  const Error error = translate_error({.sqlstate = GetParam().sqlstate, .message = "why"});
  EXPECT_EQ(error.code(), GetParam().code);
  EXPECT_EQ(error.retryable(), GetParam().retryable);
  EXPECT_EQ(error.message(), "PostgreSQL: why [" + std::string(GetParam().sqlstate) + "]");
}

using enum ErrorCode;

// Those that tests against a server do not provoke.
INSTANTIATE_TEST_SUITE_P(Codes, PostgresError,
                         testing::Values(Case{"protocol_violation", "08P01", kDestination, false},
                                         Case{"connection_failure", "08006", kDestination, true},
                                         Case{"serialization_failure", "40001", kDestination, true},
                                         Case{"completion_unknown", "40003", kDestination, true},
                                         Case{"duplicate_schema", "42P06", kDestination, true},
                                         Case{"duplicate_column", "42701", kDestination, true},
                                         Case{"cannot_coerce", "42846", kDestination, false},
                                         Case{"disk_full", "53100", kDestination, true},
                                         Case{"out_of_memory", "53200", kDestination, true},
                                         Case{"too_complex", "54001", kDestination, false},
                                         Case{"crash_shutdown", "57P02", kDestination, true},
                                         Case{"cannot_connect_now", "57P03", kDestination, true},
                                         Case{"database_dropped", "57P04", kDestination, false},
                                         Case{"io_error", "58030", kDestination, true},
                                         Case{"undefined_file", "58P01", kDestination, false},
                                         Case{"data_corrupted", "XX001", kDestination, false},
                                         Case{"unheard_of", "ZZ999", kDestination, false}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresErrorTest, NamesThePlaceAndTheRow) {
  const Error error = translate_error({.sqlstate = "23502",
                                       .message = "null value in column \"a\"",
                                       .detail = "Failing row contains (null).\nmore",
                                       .context = "COPY t, line 3\nmore",
                                       .table = "t",
                                       .column = "a"});
  EXPECT_EQ(
      error.message(),
      "PostgreSQL: null value in column \"a\" (Failing row contains (null).) (COPY t, line 3) "
      "[23502]");
  EXPECT_EQ(error.context().table, "t");
  EXPECT_EQ(error.context().column, "a");
}

TEST(PostgresErrorTest, LocksThatRanOutHaveTheirOwnHint) {
  const Error error =
      translate_error({.sqlstate = "53200",
                       .message = "out of shared memory",
                       .hint = "You might need to increase max_locks_per_transaction."});
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.hint().find("max_locks_per_transaction"), std::string::npos);
  EXPECT_EQ(translate_error({.sqlstate = "53200", .message = "m"}).hint().find("locks"),
            std::string::npos);
}

TEST(PostgresErrorTest, TwoWhoCreateTheSameMayTryAgain) {
  EXPECT_TRUE(translate_error({.sqlstate = "23505", .schema = "pg_catalog"}).retryable());
  EXPECT_FALSE(translate_error({.sqlstate = "23505", .schema = "shop"}).retryable());
}

TEST(PostgresErrorTest, AFailureToConnectIsReadFromItsText) {
  const Error password = cannot_connect(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password "
      "authentication failed for user \"bob\"\nLOCATION:  auth_failed, auth.c:326\n");
  EXPECT_EQ(password.code(), kConfiguration);
  EXPECT_FALSE(password.retryable());
  EXPECT_EQ(
      password.message(),
      "cannot connect to PostgreSQL: connection to server at \"127.0.0.1\", port 5432 failed: "
      "FATAL: password authentication failed for user \"bob\"");
  const Error starting = cannot_connect(
      "connection to server failed: FATAL:  57P03: the database system is starting up\n");
  EXPECT_TRUE(starting.retryable());
  const Error refused = cannot_connect(
      "connection to server at \"::1\", port 1 failed: Connection refused\n\tIs the server "
      "running?");
  EXPECT_EQ(refused.code(), kDestination);
  EXPECT_TRUE(refused.retryable());
  EXPECT_EQ(cannot_connect("failed: SSL error: certificate verify failed\n").code(),
            kConfiguration);
  EXPECT_EQ(cannot_connect("failed: server does not support SSL, but SSL was required\n").code(),
            kConfiguration);
}

}  // namespace
}  // namespace dlt::postgres
