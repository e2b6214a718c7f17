// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

/// Statements of which the last one fails, in a database with a table t.
struct Case {
  const char* name;
  std::vector<std::string> statements;
  ErrorCode code;
  bool retryable;
  const char* sqlstate;
};

class PostgresFailure : public testing::TestWithParam<Case> {};

TEST_P(PostgresFailure, MeansWhatTheServerSays) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (id int PRIMARY KEY, name varchar(3) NOT NULL)");
  const std::vector<std::string>& statements = GetParam().statements;
  for (std::size_t i = 0; i + 1 < statements.size(); ++i) connection.execute(statements[i]);
  const Error error = thrown_by([&] { connection.execute(statements.back()); });
  EXPECT_EQ(error.code(), GetParam().code) << error.describe();
  EXPECT_EQ(error.retryable(), GetParam().retryable) << error.describe();
  EXPECT_NE(error.message().find(GetParam().sqlstate), std::string::npos) << error.message();
}

using enum ErrorCode;

INSTANTIATE_TEST_SUITE_P(
    Statements, PostgresFailure,
    testing::Values(
        Case{"syntax", {"SELEC 1"}, kInvalidArgument, false, "42601"},
        Case{"undefined_table", {"SELECT * FROM nothing"}, kNotFound, false, "42P01"},
        Case{"undefined_schema", {"CREATE TABLE nothing.t ()"}, kNotFound, false, "3F000"},
        Case{"undefined_column", {"SELECT nothing FROM t"}, kInvalidArgument, false, "42703"},
        Case{"duplicate_table", {"CREATE TABLE t ()"}, kDestination, true, "42P07"},
        Case{"datatype_mismatch", {"UPDATE t SET id = now()"}, kDestination, false, "42804"},
        Case{"not_null", {"INSERT INTO t VALUES (1, NULL)"}, kNullViolation, false, "23502"},
        Case{"unique",
             {"INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (1, 'b')"},
             kDestination,
             false,
             "Key (id)=(1) already exists"},
        Case{"check",
             {"ALTER TABLE t ADD CHECK (id > 0)", "INSERT INTO t VALUES (0, 'a')"},
             kDestination,
             false,
             "23514"},
        Case{"too_long", {"INSERT INTO t VALUES (1, 'four')"}, kDestination, false, "22001"},
        Case{"out_of_range", {"SELECT 2147483647 + 1"}, kDestination, false, "22003"},
        Case{"permission",
             {"DROP ROLE IF EXISTS dltpp_guest", "CREATE ROLE dltpp_guest", "SET ROLE dltpp_guest",
              "SELECT * FROM t"},
             kDestination,
             false,
             "42501"},
        Case{"read_only",
             {"SET default_transaction_read_only = on", "INSERT INTO t VALUES (1, 'a')"},
             kDestination,
             false,
             "25006"},
        Case{"statement_timeout",
             {"SET statement_timeout = 20", "SELECT pg_sleep(30)"},
             kDestination,
             true,
             "57014"},
        Case{"limit", {"SELECT repeat('x', 1073741824)"}, kDestination, false, "54000"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresFailureTest, ALockThatIsHeld) {
  const TestDatabase database;
  Connection holder = database.connect();
  holder.execute("CREATE TABLE t (a int)");
  holder.begin();
  holder.execute("LOCK TABLE t");
  Connection waiter = database.connect();
  waiter.execute("SET lock_timeout = 20");
  const Error error = thrown_by([&] { waiter.execute("INSERT INTO t VALUES (1)"); });
  EXPECT_EQ(error.code(), kLocked);
  EXPECT_TRUE(error.retryable());
}

TEST(PostgresFailureTest, ADeadlock) {
  const TestDatabase database;
  Connection one = database.connect();
  Connection two = database.connect();
  one.execute("CREATE TABLE a (); CREATE TABLE b (); SET deadlock_timeout = '60s'");
  two.execute("SET deadlock_timeout = '20ms'");
  one.begin();
  two.begin();
  one.execute("LOCK TABLE a");
  two.execute("LOCK TABLE b");
  std::thread other([&] { one.execute("LOCK TABLE b"); });
  Connection watch = database.connect();
  while (!watch.query("SELECT 1 FROM pg_locks WHERE NOT granted").next()) std::this_thread::yield();
  const Error error = thrown_by([&] { two.execute("LOCK TABLE a"); });
  two.rollback();
  other.join();
  EXPECT_EQ(error.code(), kDestination);
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find("40P01"), std::string::npos) << error.message();
}

TEST(PostgresFailureTest, ASerializationFailure) {
  const TestDatabase database;
  Connection one = database.connect();
  Connection two = database.connect();
  one.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
  one.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t");
  two.execute("UPDATE t SET a = 2");
  const Error error = thrown_by([&] { one.execute("UPDATE t SET a = 3"); });
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find("40001"), std::string::npos) << error.message();
}

TEST(PostgresFailureTest, TooFewConnectionsAndLocks) {
  const PrivateServer server({"max_connections=4", "superuser_reserved_connections=0",
                              "max_locks_per_transaction=10", "max_wal_senders=0",
                              "max_worker_processes=0"});
  std::vector<Connection> connections;
  const Error full = thrown_by([&] {
    for (int i = 0; i < 5; ++i)
      connections.emplace_back(server.server().address(), CancellationToken{});
  });
  EXPECT_TRUE(full.retryable());
  EXPECT_NE(full.hint().find("max_connections"), std::string::npos) << full.describe();
  const Error locks = thrown_by([&] {
    connections.at(0).execute(
        "DO $$ BEGIN FOR i IN 1..20000 LOOP EXECUTE format('CREATE TABLE t%s ()', i); END LOOP; "
        "END $$");
  });
  EXPECT_EQ(locks.code(), kDestination);
  EXPECT_TRUE(locks.retryable());
  EXPECT_NE(locks.hint().find("max_locks_per_transaction"), std::string::npos) << locks.describe();
}

}  // namespace
}  // namespace dlt::postgres
