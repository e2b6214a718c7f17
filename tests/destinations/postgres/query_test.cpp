// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

Connection& connection() {
  static Connection shared(TestServer::shared().address(), {});
  return shared;
}

std::string text_of(const std::string& sql, const std::vector<Parameter>& parameters = {}) {
  QueryResult rows = connection().query(sql, parameters);
  return rows.next() ? rows.text(0) : "nothing";
}

struct Case {
  const char* name;
  const char* sql;
  const char* text;
  const char* json;
};

class PostgresQuery : public testing::TestWithParam<Case> {};

TEST_P(PostgresQuery, ShowsValuesAsEveryDestinationDoes) {
  QueryResult rows = connection().query(std::string("SELECT ") + GetParam().sql);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(0), GetParam().text);
  EXPECT_EQ(rows.json(0).dump(), GetParam().json);
  EXPECT_FALSE(rows.next());
  EXPECT_FALSE(rows.next());
}

// The server's own settings are another time zone and another style of dates.
INSTANTIATE_TEST_SUITE_P(
    Values, PostgresQuery,
    testing::Values(
        Case{"null", "NULL::text", "", "null"}, Case{"boolean", "1 = 1", "true", "true"},
        Case{"smallint", "(-5)::smallint", "-5", "-5"},
        Case{"bigint", "9223372036854775807", "9223372036854775807", "9223372036854775807"},
        Case{"double", "0.1::float8 + 0.2::float8", "0.30000000000000004", "0.30000000000000004"},
        Case{"double_large", "1e300::float8", "1e+300", "1e+300"},
        Case{"real", "0.1::real", "0.1", "0.1"},
        Case{"infinity", "'Infinity'::float8", "Infinity", "\"Infinity\""},
        Case{"numeric", "12.5::numeric(38,9)", "12.500000000", R"({"decimal":"12.500000000"})"},
        Case{"bytea", "'\\x00ff'::bytea", "00ff", R"({"hex":"00ff"})"},
        Case{"jsonb", R"('{"b":1,"a":[true]}'::jsonb)", R"({"a": [true], "b": 1})",
             R"({"a":[true],"b":1})"},
        Case{"json", R"('{"b":1.0}'::json)", R"({"b":1.0})", R"({"b":1.0})"},
        Case{"date", "'2024-02-29'::date", "2024-02-29", "\"2024-02-29\""},
        Case{"time", "'10:20:30.25'::time", "10:20:30.250000", "\"10:20:30.250000\""},
        Case{"timestamp", "'2024-02-29 10:20:30'::timestamp", "2024-02-29T10:20:30.000000",
             "\"2024-02-29T10:20:30.000000\""},
        Case{"timestamptz", "'2024-02-29 10:20:30.000001+02'::timestamptz",
             "2024-02-29T08:20:30.000001Z", "\"2024-02-29T08:20:30.000001Z\""},
        Case{"uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid",
             "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""},
        Case{"text", "E'\\u00e4'::text", "\u00e4", "\"\u00e4\""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresParameterTest, EachKindComesBack) {
  EXPECT_EQ(text_of("SELECT $1::int IS NULL", {std::monostate{}}), "true");
  EXPECT_EQ(text_of("SELECT $1", {true}), "true");
  EXPECT_EQ(text_of("SELECT $1 + 1", {std::int64_t{41}}), "42");
  EXPECT_EQ(text_of("SELECT $1", {0.1}), "0.1");
  EXPECT_EQ(text_of("SELECT $1::text", {std::string("it's \"\\")}), "it's \"\\");
  EXPECT_EQ(text_of("SELECT $1::int + 1", {std::string("41")}), "42");
  EXPECT_EQ(text_of("SELECT $1", {Timestamp{.seconds = 1'709'194'830,
                                            .nanoseconds = 123'456'999,
                                            .utc_offset_minutes = 120}}),
            "2024-02-29T08:20:30.123456Z");
}

TEST(PostgresParameterTest, TextWithNulIsRefusedAndNotCut) {
  const std::string nul("a\0b", 3);
  EXPECT_EQ(thrown_by([&] { connection().query("SELECT $1", {nul}); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { connection().execute("SELECT 1" + nul); }).code(),
            ErrorCode::kInvalidArgument);
}

TEST(PostgresRowsTest, HaveNamesAlsoWhenThereAreNone) {
  QueryResult rows = connection().query("SELECT 1 AS a, 2 AS \"B\" WHERE false");
  EXPECT_EQ(rows.columns(), (std::vector<std::string>{"a", "B"}));
  EXPECT_FALSE(rows.next());
  EXPECT_TRUE(connection().query("SET search_path = pg_catalog").columns().empty());
}

TEST(PostgresRowsTest, ComeOneByOneAndEndWithTheNextStatement) {
  QueryResult rows = connection().query("SELECT generate_series(1, 3) AS n");
  std::string all;
  while (rows.next()) all += rows.text(0);
  EXPECT_EQ(all, "123");
  // Far more than memory has.
  QueryResult many =
      connection().query("SELECT repeat('x', 1000), generate_series(1, 10000000000)");
  ASSERT_TRUE(many.next());
  EXPECT_EQ(text_of("SELECT 5"), "5");
  EXPECT_FALSE(many.next());
}

TEST(PostgresRowsTest, ThatNobodyWantsDoNotEndTheTransaction) {
  Connection own(TestServer::shared().address(), {});
  own.begin();
  QueryResult many = own.query("SELECT generate_series(1, 200000)");
  ASSERT_TRUE(many.next());
  EXPECT_EQ(own.execute("SELECT 1"), 1);
  EXPECT_NO_THROW(own.commit());
}

TEST(PostgresRowsTest, AnErrorAmongThemIsThrown) {
  QueryResult rows = connection().query("SELECT 1 / (3 - n) FROM generate_series(1, 5) n");
  EXPECT_TRUE(rows.next());
  EXPECT_TRUE(rows.next());
  const Error error = thrown_by([&] { rows.next(); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_NE(error.message().find("[22012]"), std::string::npos) << error.message();
  EXPECT_EQ(text_of("SELECT 5"), "5");
}

TEST(PostgresStatementTest, SeveralRunAtOnceAndOneIsAsked) {
  EXPECT_EQ(connection().execute("SELECT 1; SELECT generate_series(1, 7)"), 7);
  EXPECT_EQ(thrown_by([] { connection().query("SELECT 1; SELECT 2"); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([] { connection().execute(" "); }).code(), ErrorCode::kInvalidArgument);
}

TEST(PostgresStatementTest, CopyFromAndToTheClientHasItsOwnWay) {
  Connection own(TestServer::shared().address(), {});
  own.execute("CREATE TEMP TABLE t (a int)");
  EXPECT_THROW(own.execute("COPY t FROM STDIN"), Error);
  EXPECT_THROW(own.query("COPY t FROM STDIN"), Error);
  EXPECT_EQ(own.execute("SELECT 1"), 1);
  EXPECT_EQ(thrown_by([&] { own.copy_in("SELECT 1"); }).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { own.copy_in("COPY nothing FROM STDIN"); }).code(),
            ErrorCode::kNotFound);
  EXPECT_EQ(own.execute("SELECT 1"), 1);
  EXPECT_EQ(thrown_by([&] { own.execute("COPY t TO STDOUT"); }).code(),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace dlt::postgres
