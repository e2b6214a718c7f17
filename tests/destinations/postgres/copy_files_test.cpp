// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/copy_files.hpp"

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "destinations/loading.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

using enum DataType;
using Set = std::function<void(ColumnArray&)>;

const std::string kTable = "\"public\".\"t\"";

class PostgresCopyFiles : public testing::Test {
 protected:
  std::string ask(const std::string& sql) {
    std::string answer;
    QueryResult rows = connection_.query(sql);
    while (rows.next()) {
      if (!answer.empty()) answer += ",";
      answer += rows.is_null(0) ? "NULL" : rows.text(0);
    }
    return answer;
  }
  void copy(const std::vector<std::filesystem::path>& files,
            std::atomic<std::int64_t>* rows = nullptr) {
    copy_files(connection_, kTable, files, rows);
  }
  void create(const std::string& columns) {
    connection_.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (" + columns + ")");
  }
  std::filesystem::path next_file() { return folder_ / std::to_string(++files_); }

  TestDatabase database_;
  Connection connection_ = database_.connect();
  TemporaryFolder folder_;
  int files_ = 0;
};

TEST_F(PostgresCopyFiles, PutsFieldsIntoColumnsOfTheirNames) {
  create("b int, \"A\" bigint, other text DEFAULT 'usual'");
  std::atomic<std::int64_t> rows = 0;
  copy({write_numbers(next_file(), "A", 0, 10'000), write_numbers(next_file(), "A", 10'000, 5),
        write_numbers(next_file(), "b", 7, 1), write_numbers(next_file(), "b", 0, 0)},
       &rows);
  EXPECT_EQ(rows, 10'006);
  EXPECT_EQ(ask("SELECT sum(\"A\") FROM t"), "50045010");
  EXPECT_EQ(ask("SELECT b FROM t WHERE \"A\" IS NULL"), "7");
  EXPECT_EQ(ask("SELECT DISTINCT other FROM t"), "usual");
}

TEST_F(PostgresCopyFiles, KeepsTheOrderOfRows) {
  create("a bigint");
  copy({write_numbers(next_file(), "a", 0, 20'000)});
  EXPECT_EQ(
      ask("SELECT count(*) FROM (SELECT a, row_number() OVER (ORDER BY ctid) - 1 AS n FROM t) "
          "x WHERE a <> n"),
      "0");
}

TEST_F(PostgresCopyFiles, NamesWhatTheTableLacks) {
  create("a bigint");
  const auto file = write_numbers(next_file(), "b", 0, 1);
  const Error column = thrown_by([&] { copy({file}); });
  EXPECT_EQ(column.code(), ErrorCode::kDestination);
  EXPECT_EQ(column.context().column, "b");
  connection_.execute("DROP TABLE t");
  EXPECT_EQ(thrown_by([&] { copy({file}); }).code(), ErrorCode::kNotFound);
}

TEST_F(PostgresCopyFiles, NullsAndNothingForANotNullColumn) {
  create("a bigint NOT NULL, b bigint, c bigint NOT NULL DEFAULT 5");
  const Error nothing = thrown_by([&] { copy({write_numbers(next_file(), "b", 0, 1)}); });
  EXPECT_EQ(nothing.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(nothing.context().column, "a");
  const auto null = write_value(next_file(), {.name = "a", .type = kBigint}, [](ColumnArray&) {});
  const Error error = thrown_by([&] { copy({null}); });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(error.context().column, "a");
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
  copy({write_numbers(next_file(), "a", 1, 1)});
  EXPECT_EQ(ask("SELECT c FROM t"), "5");
}

TEST_F(PostgresCopyFiles, AValueThatDoesNotFitLeavesNothing) {
  create("a smallint");
  const Error error =
      thrown_by([&] { copy({write_numbers(next_file(), "a", 32'000, 1'000, 100)}); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_NE(error.message().find("column 'a', smallint, value '32768'"), std::string::npos)
      << error.message();
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresCopyFiles, ADoubledKeyIsNamed) {
  create("a bigint UNIQUE");
  const Error error = thrown_by([&] {
    copy({write_numbers(next_file(), "a", 0, 5), write_numbers(next_file(), "a", 4, 5)});
  });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_FALSE(error.retryable());
  EXPECT_NE(error.message().find("Key (a)=(4)"), std::string::npos) << error.message();
}

/// A pair of types that the server converts, value by value.
struct Case {
  const char* name;
  Field field;
  const char* type;
  Set set;
  const char* stored;  // as text; null: refused
};

class PostgresConverts : public PostgresCopyFiles, public testing::WithParamInterface<Case> {};

TEST_P(PostgresConverts, WhatComesBackTheSame) {
  connection_.execute(
      "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN small AS int CHECK (VALUE < 10)");
  create("id bigint, c " + std::string(GetParam().type));
  Field field = GetParam().field;
  field.name = "c";
  const auto file = write_value(next_file(), field, GetParam().set);
  connection_.begin();
  if (GetParam().stored != nullptr) {
    copy({file, file});
    connection_.commit();
    EXPECT_EQ(ask("SELECT DISTINCT c::text FROM t"), GetParam().stored);
    EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
    return;
  }
  const Error error = thrown_by([&] { copy({file}); });
  connection_.rollback();
  EXPECT_EQ(error.code(), ErrorCode::kDestination) << error.describe();
  EXPECT_FALSE(error.retryable());
  EXPECT_EQ(error.context().column, "c");
}

Set text(std::string value) {
  return [value = std::move(value)](ColumnArray& column) { column.set_bytes(0, value); };
}
Set number(std::int64_t value) {
  return [value](ColumnArray& column) { column.set_int64(0, value); };
}
Set real(double value) {
  return [value](ColumnArray& column) { column.set_double(0, value); };
}

INSTANTIATE_TEST_SUITE_P(
    Types, PostgresConverts,
    testing::Values(
        Case{"text_uuid",
             {.type = kText},
             "uuid",
             text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
             "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
        Case{"text_no_uuid", {.type = kText}, "uuid", text("x"), nullptr},
        Case{"text_uuid_changed",
             {.type = kText},
             "uuid",
             text("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
             nullptr},
        Case{"text_enum", {.type = kText}, "mood", text("glad"), "glad"},
        Case{"text_no_enum", {.type = kText}, "mood", text("mad"), nullptr},
        Case{"text_char", {.type = kText}, "char(3)", text("abc"), "abc"},
        Case{"text_char_cut", {.type = kText}, "char(3)", text("abcd"), nullptr},
        Case{"text_jsonb", {.type = kText}, "jsonb", text("[1, 2]"), "[1, 2]"},
        Case{"double_real", {.type = kDouble}, "real", real(0.5), "0.5"},
        Case{"double_real_rounded", {.type = kDouble}, "real", real(0.1), nullptr},
        Case{"double_numeric", {.type = kDouble}, "numeric(5,2)", real(12.25), "12.25"},
        Case{"double_numeric_rounded", {.type = kDouble}, "numeric(5,2)", real(12.125), nullptr},
        Case{"double_bigint", {.type = kDouble}, "bigint", real(3.0), "3"},
        Case{"double_bigint_rounded", {.type = kDouble}, "bigint", real(3.5), nullptr},
        Case{"bigint_text", {.type = kBigint}, "text", number(-12), "-12"},
        Case{"bigint_domain", {.type = kBigint}, "small", number(9), "9"},
        Case{"bigint_no_domain", {.type = kBigint}, "small", number(10), nullptr},
        Case{"bigint_no_date", {.type = kBigint}, "date", number(1), nullptr},
        Case{"timestamp_date",
             {.type = kTimestamp, .precision = 6},
             "date",
             number(86'400'000'000),
             "1970-01-02"},
        Case{"timestamp_date_cut",
             {.type = kTimestamp, .precision = 6},
             "date",
             number(86'400'000'001),
             nullptr},
        Case{"wei_bigint",
             {.type = kWei},
             "bigint",
             text("9223372036854775807"),
             "9223372036854775807"},
        Case{"wei_bigint_over", {.type = kWei}, "bigint", text("9223372036854775808"), nullptr}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dlt::postgres
