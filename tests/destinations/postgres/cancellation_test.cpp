// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/thrown_error.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

/// Requests the token as soon as the server says that `state` is so of a session of the database.
class StopWhen {
 public:
  StopWhen(const TestDatabase& database, CancellationToken token, std::string state)
      : thread_([&database, token = std::move(token), state = std::move(state)] {
          Connection watch = database.connect();
          while (
              !watch
                   .query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND "
                          "pid <> pg_backend_pid() AND " +
                          state)
                   .next())
            std::this_thread::yield();
          token.request();
        }) {}
  StopWhen(const StopWhen&) = delete;
  StopWhen& operator=(const StopWhen&) = delete;
  ~StopWhen() { thread_.join(); }

 private:
  std::thread thread_;
};

/// The test fails by its time-out when nothing stops.
void expect_stopped(const std::function<void(Connection&)>& work, const std::string& state) {
  const TestDatabase database;
  database.connect().execute("CREATE TABLE t (a text)");
  const CancellationToken token;
  Connection connection = database.connect(token);
  {
    const StopWhen stop(database, token, state);
    const Error error = thrown_by([&] { work(connection); });
    EXPECT_EQ(error.code(), ErrorCode::kInterrupted) << error.describe();
  }
  EXPECT_EQ(thrown_by([&] { connection.execute("SELECT 1"); }).code(), ErrorCode::kInterrupted);
  // What was begun can be taken back all the same, and nothing runs on at the server.
  connection.rollback();
  EXPECT_FALSE(connection.is_in_transaction());
  EXPECT_FALSE(database.connect()
                   .query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND "
                          "pid <> pg_backend_pid() AND state = 'active' AND backend_type = 'client "
                          "backend'")
                   .next());
}

TEST(PostgresCancellationTest, StopsAStatement) {
  expect_stopped([](Connection& connection) { connection.execute("SELECT pg_sleep(600)"); },
                 "wait_event = 'PgSleep'");
}

TEST(PostgresCancellationTest, StopsInATransaction) {
  expect_stopped(
      [](Connection& connection) {
        connection.begin();
        connection.query("SELECT pg_sleep(600)");
      },
      "wait_event = 'PgSleep'");
}

TEST(PostgresCancellationTest, StopsBetweenRows) {
  expect_stopped(
      [](Connection& connection) {
        QueryResult rows = connection.query("SELECT generate_series(1, 1000000000000)");
        while (rows.next()) {
        }
      },
      "query LIKE '%generate_series%'");
}

TEST(PostgresCancellationTest, StopsACopy) {
  expect_stopped(
      [](Connection& connection) {
        connection.begin();
        CopyIn copy = connection.copy_in("COPY t FROM STDIN");
        const std::string line = std::string(100'000, 'x') + "\n";
        for (;;) copy.write(line);
      },
      "query LIKE 'COPY%'");
}

TEST(PostgresCancellationTest, StopsWaitingForALock) {
  const TestDatabase database;
  Connection holder = database.connect();
  holder.execute("CREATE TABLE t (a int)");
  holder.begin();
  holder.execute("LOCK TABLE t");
  const CancellationToken token;
  Connection waiter = database.connect(token);
  const StopWhen stop(database, token, "wait_event_type = 'Lock'");
  EXPECT_EQ(thrown_by([&] { waiter.execute("DROP TABLE t"); }).code(), ErrorCode::kInterrupted);
}

TEST(PostgresCancellationTest, DoesNotStopACommitThatIsSent) {
  const TestDatabase database;
  const CancellationToken token;
  Connection connection = database.connect(token);
  connection.execute(
      "CREATE TABLE t (a int); "
      "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END'; "
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION wait()");
  connection.begin();
  connection.execute("INSERT INTO t VALUES (1)");
  {
    const StopWhen stop(database, token, "query = 'COMMIT'");
    EXPECT_NO_THROW(connection.commit());
  }
  EXPECT_TRUE(token.requested());
  Connection other = database.connect();
  EXPECT_TRUE(other.query("SELECT 1 FROM t").next());
}

TEST(PostgresCancellationTest, StopsBeforeAnything) {
  const CancellationToken token;
  token.request();
  EXPECT_EQ(thrown_by([&] { Connection(TestServer::shared().address(), token); }).code(),
            ErrorCode::kInterrupted);
}

/// A server that takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 1) != 0 ||
        ::getsockname(socket_, generic, &size) != 0)
      throw std::runtime_error("a socket to listen on");
    port_ = ntohs(address.sin_port);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(socket_); }

  Address address() const {
    Address address;
    address.set("host", "127.0.0.1");
    address.set("port", std::to_string(port_));
    address.set("user", "u");
    return address;
  }

 private:
  int socket_;
  int port_ = 0;
};

TEST(PostgresCancellationTest, StopsWhileConnecting) {
  const SilentServer server;
  const CancellationToken token;
  std::thread stop([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    token.request();
  });
  EXPECT_EQ(thrown_by([&] { Connection(server.address(), token); }).code(),
            ErrorCode::kInterrupted);
  stop.join();
}

TEST(PostgresConnectTimeoutTest, EndsTheWaitForAServerThatSaysNothing) {
  const SilentServer server;
  Address address = server.address();
  address.set("connect_timeout", "1");
  const Error error = thrown_by([&] { Connection(address, {}); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find("within 1 s"), std::string::npos) << error.message();
  address.set("connect_timeout", "soon");
  EXPECT_EQ(thrown_by([&] { Connection(address, {}); }).code(), ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace dlt::postgres
