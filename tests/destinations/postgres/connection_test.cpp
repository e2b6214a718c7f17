// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

std::string answer(Connection& connection, const std::string& sql) {
  QueryResult rows = connection.query(sql);
  return rows.next() ? rows.text(0) : "nothing";
}

TEST(PostgresConnectionTest, IsOpenedByTheNetworkWithThePassword) {
  Connection connection(TestServer::shared().network_address(), {});
  EXPECT_EQ(answer(connection, "SELECT current_setting('application_name')"), "dltpp");
  EXPECT_EQ(answer(connection, "SELECT current_setting('client_encoding')"), "UTF8");
}

TEST(PostgresConnectionTest, IsOpenedByItsLocation) {
  const TestDatabase database;
  const auto again = Address::parse(database.address().location());
  ASSERT_TRUE(again);
  Connection connection(*again, {});
  EXPECT_EQ(answer(connection, "SELECT current_database()"), database.name());
}

TEST(PostgresConnectionTest, HasTheOptionsOfItsAddress) {
  Address address = TestServer::shared().address();
  address.set("options", "-c work_mem=12345kB -c TimeZone=Asia/Tokyo");
  address.set("application_name", "mine");
  Connection connection(address, {});
  EXPECT_EQ(answer(connection, "SHOW work_mem"), "12345kB");
  EXPECT_EQ(answer(connection, "SHOW TimeZone"), "UTC");
  EXPECT_EQ(answer(connection, "SHOW application_name"), "mine");
}

struct Case {
  const char* name;
  const char* parameter;
  const char* value;
  ErrorCode code;
  bool retryable;
};

class PostgresRefusal : public testing::TestWithParam<Case> {};

TEST_P(PostgresRefusal, SaysWhatIsWrong) {
  Address address = TestServer::shared().network_address();
  address.set(GetParam().parameter, GetParam().value);
  const Error error = thrown_by([&] { Connection(address, {}); });
  EXPECT_EQ(error.code(), GetParam().code) << error.describe();
  EXPECT_EQ(error.retryable(), GetParam().retryable) << error.describe();
  EXPECT_FALSE(error.hint().empty());
  EXPECT_EQ(error.message().find("LOCATION"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Parameters, PostgresRefusal,
    testing::Values(Case{"wrong_password", "password", "guessed", ErrorCode::kConfiguration, false},
                    Case{"no_password", "password", "", ErrorCode::kConfiguration, false},
                    Case{"unknown_user", "user", "nobody_at_all", ErrorCode::kConfiguration, false},
                    Case{"unknown_database", "dbname", "nothing", ErrorCode::kNotFound, false},
                    Case{"no_server", "port", "1", ErrorCode::kDestination, true},
                    Case{"no_socket", "host", "/nowhere", ErrorCode::kDestination, true},
                    Case{"no_tls", "sslmode", "require", ErrorCode::kConfiguration, false},
                    Case{"wrong_tls", "sslmode", "sometimes", ErrorCode::kConfiguration, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresConnectionTest, TriesTheHostsInTheirOrder) {
  Address address = TestServer::shared().address();
  address.set("host", "/nowhere," + TestServer::shared().socket);
  Connection connection(address, {});
  EXPECT_EQ(connection.execute("SELECT 1"), 1);
}

TEST(PostgresTlsTest, IsAsStrictAsTheAddressAsks) {
  const PrivateServer server({}, {}, Tls::kYes);
  Address address = server.server().network_address();
  const auto is_encrypted = [&] {
    Connection connection(address, {});
    return answer(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  };
  address.set("sslmode", "disable");
  EXPECT_EQ(is_encrypted(), "false");
  address.set("sslmode", "require");
  EXPECT_EQ(is_encrypted(), "true");
  address.set("sslmode", "verify-full");
  address.set("sslrootcert", "/nowhere");
  EXPECT_EQ(thrown_by(is_encrypted).code(), ErrorCode::kConfiguration);
  const TemporaryFolder folder;
  const std::filesystem::path root = folder / "root.crt";
  std::filesystem::copy_file(server.server().certificate, root);
  address.set("sslrootcert", root.string());
  EXPECT_EQ(is_encrypted(), "true");
  address.set("host", "localhost");
  EXPECT_EQ(thrown_by(is_encrypted).code(), ErrorCode::kConfiguration);
  // Rows and their end go the same way.
  address.set("sslmode", "require");
  Connection connection(address, {});
  connection.execute("CREATE TABLE t (a text)");
  CopyIn copy = connection.copy_in("COPY t FROM STDIN");
  const std::string line = std::string(1'000'000, 'x') + "\n";
  for (int i = 0; i < 20; ++i) copy.write(line);
  EXPECT_EQ(copy.finish(), 20);
}

TEST(PostgresTransactionTest, HoldsUntilItIsCommitted) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (a int)");
  connection.begin();
  EXPECT_TRUE(connection.is_in_transaction());
  EXPECT_EQ(connection.execute("INSERT INTO t VALUES (1), (2)"), 2);
  connection.rollback();
  EXPECT_FALSE(connection.is_in_transaction());
  connection.rollback();
  EXPECT_EQ(answer(connection, "SELECT count(*) FROM t"), "0");
  connection.begin();
  connection.execute("INSERT INTO t VALUES ($1)", {std::int64_t{3}});
  connection.commit();
  Connection other = database.connect();
  EXPECT_EQ(answer(other, "SELECT a FROM t"), "3");
}

TEST(PostgresTransactionTest, OneThatHasFailedIsNotCommittedSilently) {
  Connection connection(TestServer::shared().address(), {});
  connection.begin();
  EXPECT_THROW(connection.execute("SELECT 1 / 0"), Error);
  const Error error = thrown_by([&] { connection.commit(); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_FALSE(error.retryable());
  EXPECT_FALSE(connection.is_outcome_unknown());
  EXPECT_FALSE(connection.is_in_transaction());
}

TEST(PostgresCopyTest, TakesBackWhatIsNotFinished) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (a int)");
  {
    CopyIn copy = connection.copy_in("COPY t FROM STDIN");
    copy.write("1\n2\n");
  }
  EXPECT_EQ(answer(connection, "SELECT count(*) FROM t"), "0");
  CopyIn copy = connection.copy_in("COPY t FROM STDIN");
  copy.write("1\n");
  copy.write("2\n");
  EXPECT_EQ(copy.finish(), 2);
  EXPECT_EQ(answer(connection, "SELECT sum(a) FROM t"), "3");
}

TEST(PostgresCopyTest, NamesTheRowThatTheServerRefuses) {
  const TestDatabase database;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (a int UNIQUE, b int)");
  CopyIn wrong = connection.copy_in("COPY t FROM STDIN");
  wrong.write("1\t1\n2\tx\n");
  const Error type = thrown_by([&] { wrong.finish(); });
  EXPECT_EQ(type.code(), ErrorCode::kDestination);
  EXPECT_EQ(type.context().column, "b");
  EXPECT_NE(type.message().find("COPY t, line 2, column b: \"x\""), std::string::npos)
      << type.message();
  CopyIn twice = connection.copy_in("COPY t FROM STDIN");
  twice.write("1\t1\n1\t1\n");
  const Error key = thrown_by([&] { twice.finish(); });
  EXPECT_FALSE(key.retryable());
  EXPECT_NE(key.message().find("Key (a)=(1) already exists"), std::string::npos) << key.message();
}

}  // namespace
}  // namespace dlt::postgres
