// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "engine/database.hpp"

namespace dlt::engine {
namespace {

struct ValueCase {
  const char* name;
  const char* sql;
  const char* type;
  const char* text;
  const char* json;
};

class Value : public testing::TestWithParam<ValueCase> {};

TEST_P(Value, ReadsAsTextAndJson) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  QueryResult result = connection.query(std::string("SELECT ") + GetParam().sql);
  ASSERT_TRUE(result.next());
  EXPECT_EQ(result.columns().at(0).type, GetParam().type);
  if (GetParam().text != nullptr) {
    EXPECT_EQ(result.text(0), GetParam().text);
  }
  EXPECT_EQ(result.json(0), Json::parse(GetParam().json)) << result.json(0);
  EXPECT_FALSE(result.next());
}

INSTANTIATE_TEST_SUITE_P(
    Types, Value,
    testing::Values(
        ValueCase{"boolean", "true", "BOOLEAN", "true", "true"},
        ValueCase{"tinyint", "(-128)::TINYINT", "TINYINT", "-128", "-128"},
        ValueCase{"smallint", "32767::SMALLINT", "SMALLINT", "32767", "32767"},
        ValueCase{"integer", "(-2147483648)::INTEGER", "INTEGER", "-2147483648", "-2147483648"},
        ValueCase{"bigint", "9223372036854775807", "BIGINT", "9223372036854775807",
                  "9223372036854775807"},
        ValueCase{"utinyint", "255::UTINYINT", "UTINYINT", "255", "255"},
        ValueCase{"ubigint", "18446744073709551615::UBIGINT", "UBIGINT", "18446744073709551615",
                  "18446744073709551615"},
        ValueCase{"hugeint_small", "(-5)::HUGEINT", "HUGEINT", "-5", "-5"},
        ValueCase{"hugeint_min", "(-170141183460469231731687303715884105728)::HUGEINT", "HUGEINT",
                  "-170141183460469231731687303715884105728",
                  R"({"decimal":"-170141183460469231731687303715884105728"})"},
        ValueCase{"uhugeint", "340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT",
                  "340282366920938463463374607431768211455",
                  R"({"decimal":"340282366920938463463374607431768211455"})"},
        ValueCase{"float", "0.1::FLOAT", "FLOAT", "0.1", "0.1"},
        ValueCase{"double", "0.1::DOUBLE", "DOUBLE", "0.1", "0.1"},
        ValueCase{"double_shortest", "0.30000000000000004::DOUBLE", "DOUBLE", "0.30000000000000004",
                  "0.30000000000000004"},
        ValueCase{"double_nan", "'nan'::DOUBLE", "DOUBLE", "NaN", "\"NaN\""},
        ValueCase{"double_infinity", "'-inf'::DOUBLE", "DOUBLE", "-Infinity", "\"-Infinity\""},
        ValueCase{"decimal_16", "(-1.05)::DECIMAL(4,2)", "DECIMAL(4,2)", "-1.05",
                  R"({"decimal":"-1.05"})"},
        ValueCase{"decimal_32", "0.5::DECIMAL(9,3)", "DECIMAL(9,3)", "0.500",
                  R"({"decimal":"0.500"})"},
        ValueCase{"decimal_64", "12345678.9::DECIMAL(18,6)", "DECIMAL(18,6)", "12345678.900000",
                  R"({"decimal":"12345678.900000"})"},
        ValueCase{"decimal_128", "99999999999999999999999999999999999999::DECIMAL(38,0)",
                  "DECIMAL(38,0)", "99999999999999999999999999999999999999",
                  R"({"decimal":"99999999999999999999999999999999999999"})"},
        ValueCase{"decimal_smallest", "(-0.000000001)::DECIMAL(38,9)", "DECIMAL(38,9)",
                  "-0.000000001", R"({"decimal":"-0.000000001"})"},
        ValueCase{"varchar", "'it''s \u00e9'", "VARCHAR", "it's \u00e9", "\"it's \u00e9\""},
        ValueCase{"varchar_nul", "'a' || chr(0) || 'b and more than twelve'", "VARCHAR", nullptr,
                  R"("a\u0000b and more than twelve")"},
        ValueCase{"blob", R"('\x00\xFFhi'::BLOB)", "BLOB", "00ff6869", R"({"hex":"00ff6869"})"},
        ValueCase{"json", R"('{"b": [1, null], "a": "x"}'::JSON)", "JSON",
                  R"({"b": [1, null], "a": "x"})", R"({"b":[1,null],"a":"x"})"},
        ValueCase{"bit", "'10110'::BIT", "BIT", "10110", "\"10110\""},
        ValueCase{"uuid", "'eeccb8c5-9943-b2bb-bb5e-222f4e14b687'::UUID", "UUID",
                  "eeccb8c5-9943-b2bb-bb5e-222f4e14b687",
                  "\"eeccb8c5-9943-b2bb-bb5e-222f4e14b687\""},
        ValueCase{"enumeration", "'b'::ENUM('a', 'b')", "ENUM", "b", "\"b\""},
        ValueCase{"date", "DATE '0001-01-01'", "DATE", "0001-01-01", "\"0001-01-01\""},
        ValueCase{"date_infinite", "'infinity'::DATE", "DATE", "infinity", "\"infinity\""},
        ValueCase{"time", "TIME '04:05:06.789'", "TIME", "04:05:06.789000", "\"04:05:06.789000\""},
        ValueCase{"time_whole", "TIME '04:05:06'", "TIME", "04:05:06", "\"04:05:06\""},
        ValueCase{"time_zone", "'04:05:06+02:30'::TIMETZ", "TIME WITH TIME ZONE",
                  "04:05:06.000000+02:30", "\"04:05:06.000000+02:30\""},
        ValueCase{"timestamp", "TIMESTAMP '2024-02-29 04:05:06.5'", "TIMESTAMP",
                  "2024-02-29T04:05:06.500000", "\"2024-02-29T04:05:06.500000\""},
        ValueCase{"timestamp_zone", "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'",
                  "TIMESTAMP WITH TIME ZONE", "1969-12-31T23:59:59.999999Z",
                  "\"1969-12-31T23:59:59.999999Z\""},
        ValueCase{"timestamp_utc", "'2024-01-01 00:00:00'::TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE",
                  "2024-01-01T00:00:00.000000Z", "\"2024-01-01T00:00:00.000000Z\""},
        ValueCase{"timestamp_s", "'9999-12-31 23:59:59'::TIMESTAMP_S", "TIMESTAMP_S",
                  "9999-12-31T23:59:59", "\"9999-12-31T23:59:59\""},
        ValueCase{"timestamp_ms", "'1960-01-01 00:00:00.001'::TIMESTAMP_MS", "TIMESTAMP_MS",
                  "1960-01-01T00:00:00.001", "\"1960-01-01T00:00:00.001\""},
        ValueCase{"timestamp_ns", "'2024-01-01 00:00:00.123456789'::TIMESTAMP_NS", "TIMESTAMP_NS",
                  "2024-01-01T00:00:00.123456789", "\"2024-01-01T00:00:00.123456789\""},
        ValueCase{"timestamp_infinite", "'-infinity'::TIMESTAMP", "TIMESTAMP", "-infinity",
                  "\"-infinity\""},
        ValueCase{"interval", "INTERVAL '14 months 3 days 04:05:06'", "INTERVAL",
                  "14 months 3 days 04:05:06.000000", "\"14 months 3 days 04:05:06.000000\""},
        ValueCase{"list", "[1, NULL, 3]", "INTEGER[]", "[1,null,3]", "[1,null,3]"},
        ValueCase{"array", "[1, 2]::INTEGER[2]", "INTEGER[2]", "[1,2]", "[1,2]"},
        ValueCase{"structure", "{'a': 1, 'b': {'c': [DATE '2024-01-01']}}",
                  R"(STRUCT("a" INTEGER, "b" STRUCT("c" DATE[])))",
                  R"({"a":1,"b":{"c":["2024-01-01"]}})", R"({"a":1,"b":{"c":["2024-01-01"]}})"},
        ValueCase{"map", "MAP {'x': 1.5::DECIMAL(3,1), 'y': NULL}", "MAP(VARCHAR, DECIMAL(3,1))",
                  R"({"x":{"decimal":"1.5"},"y":null})", R"({"x":{"decimal":"1.5"},"y":null})"},
        ValueCase{"variant", "union_value(n := 7)", R"(UNION("n" INTEGER))", "7", "7"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(QueryResultTest, NullIsEmptyTextAndNullJson) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  QueryResult result = connection.query("SELECT NULL::BIGINT, 1");
  ASSERT_TRUE(result.next());
  EXPECT_TRUE(result.is_null(0));
  EXPECT_FALSE(result.is_null(1));
  EXPECT_EQ(result.text(0), "");
  EXPECT_EQ(result.json(0), nullptr);
}

TEST(QueryResultTest, RefusesWhatItCannotShow) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  QueryResult result = connection.query("SELECT 1::BIGNUM, 'x'");
  ASSERT_TRUE(result.next());
  EXPECT_EQ(thrown_by([&] { result.text(0); }).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { result.integer(1); }).code(), ErrorCode::kInvalidArgument);
}

TEST(QueryResultTest, StreamsManyChunksInOrder) {
  const Database database = Database::in_memory({.memory_limit = "50MB"});
  Connection connection = database.connect();
  // 800 MB when it were kept whole.
  QueryResult result = connection.query("SELECT i, repeat('x', 800) FROM range(1000000) t(i)");
  std::int64_t rows = 0;
  while (result.next()) ASSERT_EQ(result.integer(0), rows++);
  EXPECT_EQ(rows, 1'000'000);
  EXPECT_FALSE(result.next());
}

TEST(QueryResultTest, OutlivesDatabaseAndConnection) {
  QueryResult result = Database::in_memory().connect().query("SELECT i FROM range(5000) t(i)");
  std::int64_t rows = 0;
  while (result.next()) ++rows;
  EXPECT_EQ(rows, 5000);
}

TEST(QueryResultTest, FailsWhereTheStreamFails) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  const Error error = thrown_by([&] {
    QueryResult result = connection.query(
        "SELECT CASE WHEN i = 900000 THEN error('row 900000') ELSE i END FROM range(1000000) t(i)");
    while (result.next()) {
    }
  });
  EXPECT_NE(error.message().find("row 900000"), std::string::npos) << error.message();
}

TEST(ConnectionTest, BindsParameters) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  const std::vector<Parameter> parameters = {std::monostate{},        true,
                                             std::int64_t{-7},        0.5,
                                             std::string("a\0'b", 4), Timestamp{1, 500'000'000, 0}};
  QueryResult result = connection.query("SELECT ?::VARCHAR, ?, ?, ?, ?, ?", parameters);
  ASSERT_TRUE(result.next());
  EXPECT_TRUE(result.is_null(0));
  EXPECT_EQ(result.text(1), "true");
  EXPECT_EQ(result.integer(2), -7);
  EXPECT_EQ(result.text(3), "0.5");
  EXPECT_EQ(result.text(4), std::string("a\0'b", 4));
  EXPECT_EQ(result.text(5), "1970-01-01T00:00:01.500000Z");
}

TEST(ConnectionTest, RefusesAWrongNumberOfParameters) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  EXPECT_EQ(thrown_by([&] { connection.execute("SELECT ?"); }).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { connection.execute("SELECT 1", {true}); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { connection.execute("SELECT ?; SELECT ?", {true}); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { connection.execute(" -- nothing"); }).code(),
            ErrorCode::kInvalidArgument);
}

TEST(ConnectionTest, RunsSeveralStatementsAndCountsTheRowsOfTheLast) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  EXPECT_EQ(connection.execute("CREATE TABLE t(i INTEGER); INSERT INTO t VALUES (1), (2), (3)"), 3);
  EXPECT_EQ(connection.execute("DELETE FROM t WHERE i > ?", {std::int64_t{1}}), 2);
}

TEST(ConnectionTest, SaysWhereANullIsNotAllowed) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  connection.execute("CREATE TABLE users(id INTEGER NOT NULL)");
  const Error error = thrown_by([&] { connection.execute("INSERT INTO users VALUES (NULL)"); });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(error.context().table, "users");
  EXPECT_EQ(error.context().column, "id");
}

// Far longer than any test waits; ends early only when it is stopped.
constexpr const char* kEndless =
    "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE (a.range + b.range) % 7 = 3";

TEST(ConnectionTest, StopsWhenTheTokenIsRequested) {
  const Database database = Database::in_memory();
  const CancellationToken token;
  Connection connection = database.connect(token);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    token.request();
  });
  EXPECT_EQ(thrown_by([&] { connection.execute(kEndless); }).code(), ErrorCode::kInterrupted);
  other.join();
  EXPECT_EQ(thrown_by([&] { connection.execute("SELECT 1"); }).code(), ErrorCode::kInterrupted);
}

TEST(ConnectionTest, StopsAResultThatIsBeingRead) {
  const Database database = Database::in_memory();
  const CancellationToken token;
  Connection connection = database.connect(token);
  QueryResult result = connection.query("SELECT i FROM range(100000000) t(i)");
  ASSERT_TRUE(result.next());
  token.request();
  const Error error = thrown_by([&] {
    while (result.next()) {
    }
  });
  EXPECT_EQ(error.code(), ErrorCode::kInterrupted);
}

TEST(ConnectionTest, IsInterruptedFromAnotherThreadAndGoesOn) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  std::atomic<bool> stopped = false;
  std::thread other([&] {
    // An interruption that comes before the statement runs does not count.
    while (!stopped) {
      connection.interrupt();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  const Error error = thrown_by([&] { connection.execute(kEndless); });
  stopped = true;
  other.join();
  EXPECT_EQ(error.code(), ErrorCode::kInterrupted);
  EXPECT_NO_THROW(connection.execute("SELECT 1"));
}

}  // namespace
}  // namespace dlt::engine
