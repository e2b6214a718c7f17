// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "destinations/small_disk.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

/// Ends all other sessions of a database, once one of them is in that state.
void terminate_when(const TestDatabase& database, const std::string& state) {
  Connection watch = database.connect();
  while (!watch
              .query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
                     "pg_backend_pid() AND " +
                     state)
              .next())
    std::this_thread::yield();
  watch.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
}

void expect_lost(const Error& error) {
  EXPECT_EQ(error.code(), ErrorCode::kDestination) << error.describe();
  EXPECT_TRUE(error.retryable()) << error.describe();
}

TEST(PostgresLostTest, InAStatement) {
  const TestDatabase database;
  Connection connection = database.connect();
  std::thread other([&] { terminate_when(database, "wait_event = 'PgSleep'"); });
  expect_lost(thrown_by([&] { connection.execute("SELECT pg_sleep(600)"); }));
  other.join();
  expect_lost(thrown_by([&] { connection.execute("SELECT 1"); }));
  expect_lost(thrown_by([&] { connection.begin(); }));
  connection.rollback();
}

TEST(PostgresLostTest, BetweenStatements) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.begin();
  terminate_when(database, "state = 'idle in transaction'");
  expect_lost(thrown_by([&] { connection.execute("SELECT 1"); }));
  EXPECT_FALSE(connection.is_outcome_unknown());
}

TEST(PostgresLostTest, AmongRows) {
  const TestDatabase database;
  Connection connection = database.connect();
  QueryResult rows = connection.query("SELECT generate_series(1, 1000000000000)");
  ASSERT_TRUE(rows.next());
  terminate_when(database, "query LIKE '%generate_series%'");
  expect_lost(thrown_by([&] {
    while (rows.next()) {
    }
  }));
}

TEST(PostgresLostTest, InTheMidstOfACopy) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (a text)");
  std::thread other([&] { terminate_when(database, "query LIKE 'COPY%'"); });
  expect_lost(thrown_by([&] {
    CopyIn copy = connection.copy_in("COPY t FROM STDIN");
    const std::string line = std::string(100'000, 'x') + "\n";
    for (;;) copy.write(line);
  }));
  other.join();
  Connection again = database.connect();
  EXPECT_FALSE(again.query("SELECT 1 FROM t").next());
}

// Whether it was done depends on where in the commit the connection was lost.
TEST(PostgresLostTest, InACommitItsOutcomeIsNotKnown) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.execute(
      "CREATE TABLE t (a int); "
      "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_sleep(600); RETURN NULL; END'; "
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION wait()");
  connection.begin();
  connection.execute("INSERT INTO t VALUES (1)");
  std::thread other([&] { terminate_when(database, "wait_event = 'PgSleep'"); });
  expect_lost(thrown_by([&] { connection.commit(); }));
  other.join();
  EXPECT_TRUE(connection.is_outcome_unknown());
}

TEST(PostgresLostTest, AServerThatCrashesAndComesBack) {
  PrivateServer server({"synchronous_commit=on"});
  Connection connection(server.server().address(), {});
  connection.execute("CREATE TABLE t (a int)");
  connection.begin();
  connection.execute("INSERT INTO t VALUES (1)");
  server.crash();
  expect_lost(thrown_by([&] { connection.execute("SELECT 1"); }));
  expect_lost(thrown_by([&] { Connection(server.server().address(), {}); }));
  server.start_again();
  Connection again(server.server().address(), {});
  EXPECT_FALSE(again.query("SELECT 1 FROM t").next());
  server.stop();
  expect_lost(thrown_by([&] { again.execute("SELECT 1"); }));
  expect_lost(thrown_by([&] { again.commit(); }));
}

TEST(PostgresLostTest, AFullDisk) {
  const SmallDisk disk("150m");
  if (!disk.is_there()) GTEST_SKIP() << kNoSmallDisk;
  const PrivateServer server({"max_wal_size=64MB", "min_wal_size=32MB"}, disk.path());
  Connection connection(server.server().address(), {});
  // Without a log of its own: a server whose log has no room stops.
  connection.execute("CREATE UNLOGGED TABLE t (a text)");
  const Error error = thrown_by([&] {
    connection.execute("INSERT INTO t SELECT md5(n::text) FROM generate_series(1, 10000000) n");
  });
  EXPECT_TRUE(error.retryable()) << error.describe();
  EXPECT_NE(error.message().find("53100"), std::string::npos) << error.message();
  EXPECT_NE(error.hint().find("disk"), std::string::npos);
  EXPECT_EQ(connection.execute("SELECT 1"), 1);
}

}  // namespace
}  // namespace dlt::postgres
