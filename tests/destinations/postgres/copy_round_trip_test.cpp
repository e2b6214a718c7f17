// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "destinations/loading.hpp"
#include "destinations/postgres/copy_encoder.hpp"
#include "destinations/postgres/copy_files.hpp"
#include "postgres/test_server.hpp"

namespace dlt::postgres {
namespace {

using enum DataType;
using Set = std::function<void(ColumnArray&)>;

const std::string kTable = "\"public\".\"t\"";

std::filesystem::path write_batch(const std::filesystem::path& path, RecordBatch& batch) {
  batch.finish();
  BatchFileWriter writer(path);
  writer.write(batch);
  writer.finish();
  return path;
}

std::string temporary_schema(Connection& connection) {
  QueryResult name = connection.query("SELECT pg_my_temp_schema()::regnamespace::text");
  return name.next() ? name.text(0) : "";
}

/// A value, and the SQL of what must be in the table.
struct Case {
  const char* name;
  Field field;
  const char* type;
  Set set;
  std::string expected;
};

class PostgresRoundTrip : public testing::TestWithParam<Case> {};

TEST_P(PostgresRoundTrip, KeepsTheValue) {
  const TemporaryFolder folder;
  Connection connection(TestServer::shared().address(), {});
  connection.execute(std::string("CREATE TEMPORARY TABLE t (c ") + GetParam().type + ")");
  Field field = GetParam().field;
  field.name = "c";
  copy_files(connection, {.schema = temporary_schema(connection), .table = "t"},
             {write_value(folder / "1", field, GetParam().set)}, nullptr);
  QueryResult rows = connection.query("SELECT c::text, (" + GetParam().expected +
                                      ")::" + GetParam().type + "::text FROM t");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(0), rows.text(1));
  EXPECT_FALSE(rows.is_null(0));
}

Set integer(std::int64_t value) {
  return [value](ColumnArray& column) { column.set_int64(0, value); };
}
Set bytes(std::string value) {
  return [value = std::move(value)](ColumnArray& column) { column.set_bytes(0, value); };
}
Set real(double value) {
  return [value](ColumnArray& column) { column.set_double(0, value); };
}
Set day(std::int32_t value) {
  return [value](ColumnArray& column) { column.set_int32(0, value); };
}
Set boolean(bool value) {
  return [value](ColumnArray& column) { column.set_bool(0, value); };
}
Set wide(Int128 value) {
  return [value](ColumnArray& column) { column.set_int128(0, value); };
}

constexpr Int128 nines() {
  Int128 value = 1;
  for (int i = 0; i < 38; ++i) value *= 10;
  return value - 1;
}

const Field kZoned = {.type = kTimestamp, .precision = 6};
const Field kLocal = {.type = kTimestamp, .precision = 6, .timezone = false};
const Field kDecimal9 = {.type = kDecimal, .precision = 38, .scale = 9};
const std::string kNines78(78, '9');

INSTANTIATE_TEST_SUITE_P(
    Bounds, PostgresRoundTrip,
    testing::Values(
        Case{"true_", {.type = kBool}, "boolean", boolean(true), "true"},
        Case{"false_", {.type = kBool}, "boolean", boolean(false), "false"},
        Case{"smallint_least", {.type = kBigint}, "smallint", integer(-32'768), "-32768"},
        Case{"integer_most", {.type = kBigint}, "integer", integer(2'147'483'647), "2147483647"},
        Case{"bigint_least",
             {.type = kBigint},
             "bigint",
             integer(std::numeric_limits<std::int64_t>::min()),
             "'-9223372036854775808'"},
        Case{"bigint_most",
             {.type = kBigint},
             "bigint",
             integer(std::numeric_limits<std::int64_t>::max()),
             "9223372036854775807"},
        Case{"bigint_numeric",
             {.type = kBigint},
             "numeric(38,9)",
             integer(std::numeric_limits<std::int64_t>::min()),
             "'-9223372036854775808'"},
        Case{"bigint_zero_numeric", {.type = kBigint}, "numeric", integer(0), "0"},
        Case{"double_most",
             {.type = kDouble},
             "double precision",
             real(std::numeric_limits<double>::max()),
             "1.7976931348623157e308"},
        Case{"double_least",
             {.type = kDouble},
             "double precision",
             real(std::numeric_limits<double>::denorm_min()),
             "'5e-324'"},
        Case{"double_minus_zero", {.type = kDouble}, "double precision", real(-0.0), "'-0'"},
        Case{"double_nan",
             {.type = kDouble},
             "double precision",
             real(std::numeric_limits<double>::quiet_NaN()),
             "'NaN'"},
        Case{"double_infinity",
             {.type = kDouble},
             "double precision",
             real(-std::numeric_limits<double>::infinity()),
             "'-Infinity'"},
        Case{"timestamp_first", kZoned, "timestamptz", integer(-62'135'596'800'000'000),
             "'0001-01-01 00:00:00+00'"},
        Case{"timestamp_last", kZoned, "timestamptz", integer(253'402'300'799'999'999),
             "'9999-12-31 23:59:59.999999+00'"},
        Case{"timestamp_before_epoch", kZoned, "timestamp (6) with time zone", integer(-1),
             "'1969-12-31 23:59:59.999999+00'"},
        Case{"timestamp_local", kLocal, "timestamp", integer(1), "'1970-01-01 00:00:00.000001'"},
        Case{"timestamp_zoned_into_local", kZoned, "timestamp", integer(0), "'1970-01-01'"},
        Case{"timestamp_seconds",
             {.type = kTimestamp, .precision = 0},
             "timestamp (0) with time zone",
             integer(-62'135'596'800),
             "'0001-01-01 00:00:00+00'"},
        Case{"timestamp_millis",
             {.type = kTimestamp, .precision = 3},
             "timestamptz",
             integer(1'001),
             "'1970-01-01 00:00:01.001+00'"},
        Case{"timestamp_nanos",
             {.type = kTimestamp, .precision = 9},
             "timestamptz",
             integer(-1'000),
             "'1969-12-31 23:59:59.999999+00'"},
        Case{"date_first", {.type = kDate}, "date", day(-719'162), "'0001-01-01'"},
        Case{"date_last", {.type = kDate}, "date", day(2'932'896), "'9999-12-31'"},
        Case{"date_epoch", {.type = kDate}, "date", day(10'957), "'2000-01-01'"},
        Case{"time_midnight", {.type = kTime, .precision = 6}, "time", integer(0), "'00:00'"},
        Case{"time_last",
             {.type = kTime, .precision = 6},
             "time",
             integer(86'399'999'999),
             "'23:59:59.999999'"},
        Case{"time_seconds",
             {.type = kTime, .precision = 0},
             "time (0) without time zone",
             integer(86'399),
             "'23:59:59'"},
        Case{"decimal_zero", kDecimal9, "numeric(38,9)", wide(0), "0"},
        Case{"decimal_smallest", kDecimal9, "numeric(38,9)", wide(-1), "-0.000000001"},
        Case{"decimal_most", kDecimal9, "numeric(38,9)", wide(nines()),
             "99999999999999999999999999999.999999999"},
        Case{"decimal_least", kDecimal9, "numeric(38,9)", wide(-nines()),
             "-99999999999999999999999999999.999999999"},
        Case{"decimal_whole",
             {.type = kDecimal, .precision = 38, .scale = 0},
             "numeric(38,0)",
             wide(nines()),
             "99999999999999999999999999999999999999"},
        Case{"decimal_fraction",
             {.type = kDecimal, .precision = 38, .scale = 38},
             "numeric(38,38)",
             wide(nines()),
             "0.99999999999999999999999999999999999999"},
        Case{"decimal_wider_column", kDecimal9, "numeric(156,78)", wide(1'500'000'000), "1.5"},
        Case{"decimal_free_column", kDecimal9, "numeric", wide(1'500'000'000), "1.500000000"},
        Case{"decimal_text",
             {.type = kDecimal, .precision = 76, .scale = 2},
             "numeric(76,2)",
             bytes("-" + std::string(74, '9') + ".99"),
             "-" + std::string(74, '9') + ".99"},
        Case{"wei_zero", {.type = kWei}, "numeric(156,78)", bytes("0"), "0"},
        Case{"wei_most",
             {.type = kWei},
             "numeric(156,78)",
             bytes(kNines78 + "." + kNines78),
             kNines78 + "." + kNines78},
        Case{"wei_least",
             {.type = kWei},
             "numeric(156,78)",
             bytes("-" + kNines78 + "." + kNines78),
             "-" + kNines78 + "." + kNines78},
        Case{"wei_smallest",
             {.type = kWei},
             "numeric(156,78)",
             bytes("0." + std::string(77, '0') + "1"),
             "0." + std::string(77, '0') + "1"},
        Case{"wei_power",
             {.type = kWei},
             "numeric(156,78)",
             bytes("1" + std::string(77, '0')),
             "1" + std::string(77, '0')},
        Case{"text_empty", {.type = kText}, "varchar", bytes(""), "''"},
        Case{"text_unicode",
             {.type = kText},
             "varchar(2)",
             bytes("\u00e4\U0001f600"),
             "'\u00e4\U0001f600'"},
        Case{"text_escapes",
             {.type = kText},
             "text",
             bytes("a\tb\\N\r\n'\"\x01"),
             "E'a\\tb\\\\N\\r\\n''\"\\x01'"},
        Case{"binary_empty", {.type = kBinary}, "bytea", bytes(""), "''"},
        Case{"binary_all",
             {.type = kBinary},
             "bytea",
             bytes(std::string("\0\xff\\", 3)),
             "'\\x00ff5c'"},
        Case{"json_object",
             {.type = kJson},
             "jsonb",
             bytes(R"({"b":[1,null],"a":"\u00e4"})"),
             R"('{"b":[1,null],"a":"ä"}')"},
        Case{"json_scalar", {.type = kJson}, "jsonb", bytes("null"), "'null'"},
        Case{"json_as_it_is",
             {.type = kJson},
             "json",
             bytes(R"({"b":1.0,"b":2})"),
             R"('{"b":1.0,"b":2}')"},
        Case{"json_as_text", {.type = kJson}, "text", bytes("[1]"), "'[1]'"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresRoundTripTest, NullsOfEveryTypeInManyColumns) {
  constexpr int kColumns = 200;
  constexpr std::int64_t kRows = 300;
  const TestDatabase database;
  const TemporaryFolder folder;
  Connection connection = database.connect();
  std::string definitions;
  RecordBatch batch;
  for (int i = 0; i < kColumns; ++i) {
    const bool is_text = i % 2 == 0;
    const std::string name = "c" + std::to_string(i);
    definitions += (i == 0 ? "" : ", ") + name + (is_text ? " text" : " bigint");
    batch.add_column({.name = name, .type = is_text ? kText : kBigint});
    for (std::int64_t row = 0; row < kRows; ++row) {
      if ((row + i) % 3 == 0) continue;
      auto& column = batch.columns.back();
      is_text ? column.set_bytes(row, std::to_string(row * i)) : column.set_int64(row, row * i);
    }
  }
  batch.rows = kRows;
  connection.execute("CREATE TABLE t (" + definitions + ")");
  copy_files(connection, kTable, {write_batch(folder / "1", batch)}, nullptr);
  for (const int i : {0, 1, 98, 199}) {
    QueryResult rows =
        connection.query("SELECT n, c" + std::to_string(i) +
                         " FROM (SELECT row_number() OVER (ORDER BY ctid) - 1 AS n, * FROM t) x");
    std::int64_t seen = 0;
    for (; rows.next(); ++seen) {
      const std::int64_t n = rows.integer(0);
      ASSERT_EQ(rows.is_null(1), (n + i) % 3 == 0) << n;
      if (!rows.is_null(1)) {
        ASSERT_EQ(rows.text(1), std::to_string(n * i));
      }
    }
    EXPECT_EQ(seen, kRows);
  }
}

TEST(PostgresRoundTripTest, AValueOfAHundredMegabytes) {
  const TestDatabase database;
  const TemporaryFolder folder;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (a text, b bytea, c bigint)");
  RecordBatch batch;
  batch.add_column({.name = "a", .type = kText});
  batch.add_column({.name = "b", .type = kBinary});
  batch.add_column({.name = "c", .type = kBigint});
  const std::string large(100'000'000, 'x');
  batch.columns[0].set_bytes(0, large);
  batch.columns[1].set_bytes(1, large);
  batch.columns[2].set_int64(0, 1);
  batch.columns[2].set_int64(2, 3);
  batch.rows = 3;
  copy_files(connection, kTable, {write_batch(folder / "1", batch)}, nullptr);
  QueryResult rows = connection.query(
      "SELECT coalesce(length(a), -1), coalesce(length(b), -1), c, md5(a) = md5(repeat('x', "
      "100000000)) "
      "FROM t ORDER BY ctid");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 100'000'000);
  EXPECT_EQ(rows.integer(2), 1);
  EXPECT_EQ(rows.text(3), "true");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(1), 100'000'000);
  EXPECT_TRUE(rows.is_null(2));
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(2), 3);
}

/// The rows of a random batch as COPY's text form has them.
std::string text_form(const RecordBatch& batch) {
  std::string text;
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      if (i != 0) text += '\t';
      const ColumnArray& column = batch.columns[i];
      if (column.is_null(row)) {
        text += "\\N";
        continue;
      }
      switch (batch.fields[i].layout()) {
        case Layout::kBits:
          text += column.bool_at(row) ? 't' : 'f';
          break;
        case Layout::kInt32:
          text += to_string(Date{column.int32_at(row)});
          break;
        case Layout::kInt64: {
          const std::int64_t value = column.int64_at(row);
          if (batch.fields[i].type == kBigint) {
            text += std::to_string(value);
          } else {
            const std::int64_t seconds = value / 1'000'000 - (value % 1'000'000 < 0 ? 1 : 0);
            text += to_string(Timestamp{
                .seconds = seconds,
                .nanoseconds = static_cast<std::int32_t>((value - seconds * 1'000'000) * 1'000),
                .utc_offset_minutes = 0});
          }
          break;
        }
        case Layout::kInt128: {
          Int128 value = column.int128_at(row);
          std::string digits;
          const bool negative = value < 0;
          for (int n = 0; n < 38; ++n, value /= 10) {
            if (n == 9) digits.insert(digits.begin(), '.');
            digits.insert(digits.begin(),
                          static_cast<char>('0' + std::abs(static_cast<int>(value % 10))));
          }
          text += (negative ? "-" : "") + digits;
          break;
        }
        case Layout::kDouble:
          text += fmt::format("{}", column.double_at(row));
          break;
        case Layout::kVariable:
          for (const char c : column.bytes_at(row)) {
            if (c == '\\' || c == '\t' || c == '\n' || c == '\r') text += '\\';
            text += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
          }
          break;
      }
    }
    text += '\n';
  }
  return text;
}

TEST(PostgresRoundTripTest, RandomRowsAreWhatTheTextFormMakesOfThem) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<std::pair<Field, const char*>> columns = {
      {{.name = "b", .type = kBool}, "boolean"},
      {{.name = "i", .type = kBigint}, "bigint"},
      {{.name = "n", .type = kBigint}, "numeric"},
      {{.name = "f", .type = kDouble}, "double precision"},
      {{.name = "d", .type = kDate}, "date"},
      {{.name = "ts", .type = kTimestamp, .precision = 6}, "timestamptz"},
      {{.name = "dec", .type = kDecimal, .precision = 38, .scale = 9}, "numeric(38,9)"},
      {{.name = "w", .type = kWei}, "numeric(156,78)"},
      {{.name = "t", .type = kText}, "text"},
      {{.name = "j", .type = kJson}, "jsonb"}};
  std::string definitions;
  RecordBatch batch;
  batch.rows = 3'000;
  for (const auto& [field, type] : columns) {
    definitions += (definitions.empty() ? "" : ", ") + field.name + " " + type;
    batch.add_column(field);
  }
  const auto digits = [&](std::size_t most) {
    std::string text;
    for (std::size_t count = random() % (most + 1); count > 0; --count)
      text += static_cast<char>('0' + (random() % 4 == 0 ? random() % 10 : 0));
    return text;
  };
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    const auto wanted = [&] { return random() % 8 != 0; };
    // Small and large ones alike.
    const auto any = static_cast<std::int64_t>(random()) >> (random() % 64);
    std::vector<ColumnArray>& to = batch.columns;
    if (wanted()) to[0].set_bool(row, random() % 2 == 0);
    if (wanted()) to[1].set_int64(row, any);
    if (wanted()) to[2].set_int64(row, any);
    if (wanted()) {
      double value = 0;
      const std::uint64_t bits = random();
      std::memcpy(&value, &bits, sizeof value);
      to[3].set_double(row, std::isfinite(value) ? value : 1.5);
    }
    if (wanted()) to[4].set_int32(row, static_cast<std::int32_t>(random() % 3'652'059) - 719'162);
    if (wanted()) {
      to[5].set_int64(row, static_cast<std::int64_t>(random() % 315'537'897'600'000'000ULL) -
                               62'135'596'800'000'000);
    }
    if (wanted()) {
      const Int128 large =
          static_cast<Int128>(any) * static_cast<std::int64_t>(random() >> (1 + random() % 63));
      to[6].set_int128(row, large % nines());
    }
    if (wanted())
      to[7].set_bytes(
          row, (random() % 2 ? "-0" : "0") + digits(77) + (random() % 2 ? "." + digits(78) : ""));
    if (wanted()) {
      std::string text;
      for (std::size_t count = random() % 40; count > 0; --count)
        text += static_cast<char>(1 + random() % 127);
      to[8].set_bytes(row, text);
    }
    if (wanted()) to[9].set_bytes(row, "{\"a\":" + std::to_string(any) + ",\"b\":[\"\\\\\",null]}");
  }
  const TestDatabase database;
  const TemporaryFolder folder;
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t (" + definitions + "); CREATE TABLE s (" + definitions + ")");
  batch.finish();
  CopyIn text = connection.copy_in("COPY s FROM STDIN");
  text.write(text_form(batch));
  EXPECT_EQ(text.finish(), batch.rows);
  copy_files(connection, kTable, {write_batch(folder / "1", batch)}, nullptr);
  // As text, so that 1.5 and 1.50 differ; in order, row by row.
  QueryResult different = connection.query(
      "SELECT a.r, b.r FROM (SELECT row_number() OVER (ORDER BY ctid) AS n, x::text AS r FROM t x) "
      "a "
      "FULL JOIN (SELECT row_number() OVER (ORDER BY ctid) AS n, x::text AS r FROM s x) b USING "
      "(n) "
      "WHERE a.r IS DISTINCT FROM b.r LIMIT 1");
  EXPECT_FALSE(different.next()) << different.text(0) << "\n" << different.text(1);
}

}  // namespace
}  // namespace dlt::postgres
