// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <functional>
#include <limits>
#include <span>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/batch_file.hpp"
#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"
#include "engine/database.hpp"

namespace dlt::engine {
namespace {

std::filesystem::path write_file(const std::filesystem::path& path,
                                 std::span<const RecordBatch> batches) {
  BatchFileWriter writer(path);
  for (const RecordBatch& batch : batches) writer.write(batch);
  writer.finish();
  return path;
}

std::filesystem::path write_one(const std::filesystem::path& path, const RecordBatch& batch) {
  return write_file(path, {&batch, 1});
}

std::string scan_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> literals;
  for (const auto& path : paths) literals.push_back(quote_literal(path.string()));
  return fmt::format("dltpp_batches([{}])", fmt::join(literals, ", "));
}

RecordBatch numbers(std::int64_t first, std::int64_t rows) {
  RecordBatch batch;
  batch.add_column({.name = "i", .type = DataType::kBigint});
  batch.add_column({.name = "s"});
  for (std::int64_t row = 0; row < rows; ++row) {
    batch.columns[0].set_int64(row, first + row);
    // Both inlined and pointed-to strings, and every third one null.
    if (row % 3 != 0)
      batch.columns[1].set_bytes(row, fmt::format("{:0{}}", first + row, row % 2 == 0 ? 4 : 30));
  }
  batch.rows = rows;
  batch.finish();
  return batch;
}

using Setter = std::function<void(ColumnArray&)>;

struct TypeCase {
  const char* name;
  Field field;
  Setter set;  // rows 0 and 1; row 2 stays null
  const char* type;
  const char* first;
  const char* second;
};

Setter integers(std::int64_t first, std::int64_t second) {
  return [=](ColumnArray& column) {
    column.set_int64(0, first);
    column.set_int64(1, second);
  };
}

Setter days(std::int32_t first, std::int32_t second) {
  return [=](ColumnArray& column) {
    column.set_int32(0, first);
    column.set_int32(1, second);
  };
}

Setter decimals(Int128 first, Int128 second) {
  return [=](ColumnArray& column) {
    column.set_int128(0, first);
    column.set_int128(1, second);
  };
}

Setter bytes(std::string first, std::string second) {
  return [=](ColumnArray& column) {
    column.set_bytes(0, first);
    column.set_bytes(1, second);
  };
}

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
const Int128 k38Nines = [] {
  Int128 value = 0;
  for (int i = 0; i < 38; ++i) value = value * 10 + 9;
  return value;
}();

class ScanType : public testing::TestWithParam<TypeCase> {};

TEST_P(ScanType, RoundTrips) {
  const TypeCase& test = GetParam();
  const TemporaryFolder folder;
  RecordBatch batch;
  Field field = test.field;
  field.name = "c";
  batch.add_column(field);
  test.set(batch.columns[0]);
  batch.rows = 3;
  batch.finish();
  const auto path = write_one(folder / "f", batch);
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  QueryResult result = connection.query("FROM " + scan_of({path}));
  EXPECT_EQ(result.columns().at(0).name, "c");
  EXPECT_EQ(result.columns().at(0).type, test.type);
  ASSERT_TRUE(result.next());
  EXPECT_EQ(result.json(0), Json::parse(test.first)) << result.json(0);
  ASSERT_TRUE(result.next());
  EXPECT_EQ(result.json(0), Json::parse(test.second)) << result.json(0);
  ASSERT_TRUE(result.next());
  EXPECT_TRUE(result.is_null(0));
  EXPECT_FALSE(result.next());
}

INSTANTIATE_TEST_SUITE_P(
    Types, ScanType,
    testing::Values(
        TypeCase{"text", {}, bytes("", "twelve bytes"), "VARCHAR", "\"\"", "\"twelve bytes\""},
        TypeCase{
            "text_pointed",
            {},
            bytes("thirteen byte", "\u4f60\u597d \U0001F600 \u043f\u0440\u0438\u0432\u0435\u0442"),
            "VARCHAR",
            "\"thirteen byte\"",
            "\"\u4f60\u597d \U0001F600 \u043f\u0440\u0438\u0432\u0435\u0442\""},
        TypeCase{"text_nul",
                 {},
                 bytes(std::string("a\0b", 3), std::string("long enough\0to be pointed to", 28)),
                 "VARCHAR",
                 R"("a\u0000b")",
                 R"("long enough\u0000to be pointed to")"},
        TypeCase{"bigint",
                 {.type = DataType::kBigint},
                 integers(kMax, -kMax - 1),
                 "BIGINT",
                 "9223372036854775807",
                 "-9223372036854775808"},
        TypeCase{"floating",
                 {.type = DataType::kDouble},
                 [](ColumnArray& column) {
                   column.set_double(0, 1.7976931348623157e308);
                   column.set_double(1, 5e-324);
                 },
                 "DOUBLE",
                 "1.7976931348623157e308",
                 "5e-324"},
        TypeCase{"boolean",
                 {.type = DataType::kBool},
                 [](ColumnArray& column) {
                   column.set_bool(0, true);
                   column.set_bool(1, false);
                 },
                 "BOOLEAN",
                 "true",
                 "false"},
        TypeCase{"date",
                 {.type = DataType::kDate},
                 days(-719162, 2932896),
                 "DATE",
                 "\"0001-01-01\"",
                 "\"9999-12-31\""},
        TypeCase{"zoned_s",
                 {.type = DataType::kTimestamp, .precision = 0},
                 integers(-62135596800, 253402300799),
                 "TIMESTAMP WITH TIME ZONE",
                 "\"0001-01-01T00:00:00.000000Z\"",
                 "\"9999-12-31T23:59:59.000000Z\""},
        TypeCase{"zoned_ms",
                 {.type = DataType::kTimestamp, .precision = 3},
                 integers(-1, 1),
                 "TIMESTAMP WITH TIME ZONE",
                 "\"1969-12-31T23:59:59.999000Z\"",
                 "\"1970-01-01T00:00:00.001000Z\""},
        TypeCase{"zoned_us",
                 {.type = DataType::kTimestamp, .precision = 6},
                 integers(-1, 253402300799999999),
                 "TIMESTAMP WITH TIME ZONE",
                 "\"1969-12-31T23:59:59.999999Z\"",
                 "\"9999-12-31T23:59:59.999999Z\""},
        TypeCase{"local_s",
                 {.type = DataType::kTimestamp, .precision = 0, .timezone = false},
                 integers(0, -1),
                 "TIMESTAMP_S",
                 "\"1970-01-01T00:00:00\"",
                 "\"1969-12-31T23:59:59\""},
        TypeCase{"local_ms",
                 {.type = DataType::kTimestamp, .precision = 1, .timezone = false},
                 integers(1, -1),
                 "TIMESTAMP_MS",
                 "\"1970-01-01T00:00:00.001\"",
                 "\"1969-12-31T23:59:59.999\""},
        TypeCase{"local_us",
                 {.type = DataType::kTimestamp, .precision = 6, .timezone = false},
                 integers(1, -1),
                 "TIMESTAMP",
                 "\"1970-01-01T00:00:00.000001\"",
                 "\"1969-12-31T23:59:59.999999\""},
        TypeCase{"local_ns",
                 {.type = DataType::kTimestamp, .precision = 7, .timezone = false},
                 integers(1, -1),
                 "TIMESTAMP_NS",
                 "\"1970-01-01T00:00:00.000000001\"",
                 "\"1969-12-31T23:59:59.999999999\""},
        TypeCase{"time_s",
                 {.type = DataType::kTime, .precision = 0},
                 integers(0, 86399),
                 "TIME",
                 "\"00:00:00\"",
                 "\"23:59:59\""},
        TypeCase{"time_us",
                 {.type = DataType::kTime, .precision = 6},
                 integers(1, 86399999999),
                 "TIME",
                 "\"00:00:00.000001\"",
                 "\"23:59:59.999999\""},
        TypeCase{"decimal_4",
                 {.type = DataType::kDecimal, .precision = 4, .scale = 2},
                 decimals(-9999, 5),
                 "DECIMAL(4,2)",
                 R"({"decimal":"-99.99"})",
                 R"({"decimal":"0.05"})"},
        TypeCase{"decimal_9",
                 {.type = DataType::kDecimal, .precision = 9, .scale = 0},
                 decimals(-999999999, 1),
                 "DECIMAL(9,0)",
                 R"({"decimal":"-999999999"})",
                 R"({"decimal":"1"})"},
        TypeCase{"decimal_18",
                 {.type = DataType::kDecimal, .precision = 18, .scale = 6},
                 decimals(999999999999999999, -1),
                 "DECIMAL(18,6)",
                 R"({"decimal":"999999999999.999999"})",
                 R"({"decimal":"-0.000001"})"},
        TypeCase{"decimal_38",
                 {.type = DataType::kDecimal, .precision = 38, .scale = 9},
                 decimals(k38Nines, -k38Nines),
                 "DECIMAL(38,9)",
                 R"({"decimal":"99999999999999999999999999999.999999999"})",
                 R"({"decimal":"-99999999999999999999999999999.999999999"})"},
        TypeCase{"wei",
                 {.type = DataType::kWei},
                 bytes("99999999999999999999999999999999999999", "-1"),
                 "DECIMAL(38,0)",
                 R"({"decimal":"99999999999999999999999999999999999999"})",
                 R"({"decimal":"-1"})"},
        TypeCase{"wei_scaled",
                 {.type = DataType::kWei, .precision = 30, .scale = 4},
                 bytes("1.5", "-0.0001"),
                 "DECIMAL(30,4)",
                 R"({"decimal":"1.5000"})",
                 R"({"decimal":"-0.0001"})"},
        TypeCase{"binary",
                 {.type = DataType::kBinary},
                 bytes(std::string("\0\xFF", 2), "sixteen bytes..."),
                 "BLOB",
                 R"({"hex":"00ff"})",
                 R"({"hex":"7369787465656e2062797465732e2e2e"})"},
        TypeCase{"json",
                 {.type = DataType::kJson},
                 bytes("[1]", R"({"a":{"b":[null,"x"]}})"),
                 "JSON",
                 "[1]",
                 R"({"a":{"b":[null,"x"]}})"}),
    [](const auto& test) { return std::string(test.param.name); });

class ScanRows : public testing::TestWithParam<std::vector<std::int64_t>> {};

TEST_P(ScanRows, ReadsEveryRowOnceWithItsNulls) {
  const TemporaryFolder folder;
  std::vector<RecordBatch> batches;
  std::int64_t total = 0;
  for (const std::int64_t rows : GetParam()) {
    batches.push_back(numbers(total, rows));
    total += rows;
  }
  const auto path = write_file(folder / "f", batches);
  const Database database =
      Database::open(folder / "x.duckdb", {.threads = 4, .row_group_size = 2048});
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t(s VARCHAR, i BIGINT)");
  ScanProgress progress;
  EXPECT_EQ(
      connection.execute_scan("INSERT INTO t (i, s) SELECT i, s FROM " + scan_of({path}), progress),
      total);
  EXPECT_EQ(progress.rows, total);
  QueryResult rows = connection.query("SELECT i, s FROM t ORDER BY i");
  std::int64_t row = 0;
  for (const RecordBatch& batch : batches) {
    for (std::int64_t at = 0; at < batch.rows; ++at, ++row) {
      ASSERT_TRUE(rows.next());
      ASSERT_EQ(rows.integer(0), row);
      ASSERT_EQ(rows.is_null(1), batch.columns[1].is_null(at)) << row;
      if (!rows.is_null(1)) {
        ASSERT_EQ(rows.text(1), batch.columns[1].bytes_at(at));
      }
    }
  }
  EXPECT_FALSE(rows.next());
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, ScanRows,
    testing::Values(std::vector<std::int64_t>{0}, std::vector<std::int64_t>{1},
                    std::vector<std::int64_t>{2047}, std::vector<std::int64_t>{2048},
                    std::vector<std::int64_t>{2049}, std::vector<std::int64_t>{0, 1, 0, 4096, 3},
                    std::vector<std::int64_t>{20000, 20001, 7, 30000, 30000, 1, 20000}));

TEST(BatchScanTest, KeepsTheOrderOfTheRowsWhenAsked) {
  const TemporaryFolder folder;
  std::vector<RecordBatch> batches;
  for (int i = 0; i < 20; ++i) batches.push_back(numbers(i * 5000, 5000));
  const auto path = write_file(folder / "f", batches);
  const Database database =
      Database::in_memory({.threads = 4, .settings = {{"preserve_insertion_order", "true"}}});
  Connection connection = database.connect();
  connection.execute("CREATE TABLE t AS FROM " + scan_of({path}));
  QueryResult out_of_order = connection.query("SELECT count(*) FROM t WHERE i <> rowid");
  ASSERT_TRUE(out_of_order.next());
  EXPECT_EQ(out_of_order.integer(0), 0);
}

TEST(BatchScanTest, JoinsFilesByNameAndFillsWhatOneLacks) {
  const TemporaryFolder folder;
  RecordBatch later;
  later.add_column({.name = "n", .type = DataType::kDouble});
  later.add_column({.name = "i", .type = DataType::kBigint});
  later.columns[0].set_double(0, 0.5);
  later.columns[1].set_int64(0, 100);
  later.rows = 1;
  later.finish();
  const auto one = write_one(folder / "a'b", numbers(0, 2));
  const auto two = write_one(folder / "f2", later);
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  QueryResult rows =
      connection.query(fmt::format("SELECT * FROM {} ORDER BY i", scan_of({one, two})));
  ASSERT_EQ(rows.columns().size(), 3);
  EXPECT_EQ(rows.columns()[2].name, "n");
  ASSERT_TRUE(rows.next());
  EXPECT_TRUE(rows.is_null(2));
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 1);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 100);
  EXPECT_TRUE(rows.is_null(1));
  EXPECT_EQ(rows.text(2), "0.5");
}

TEST(BatchScanTest, SupportsQueriesThatHoldOnToRows) {
  const TemporaryFolder folder;
  std::vector<RecordBatch> batches;
  for (int i = 0; i < 8; ++i) batches.push_back(numbers(i * 6000, 6000));
  const std::string scan = scan_of({write_file(folder / "f", batches)});
  const Database database = Database::in_memory({.threads = 3});
  Connection connection = database.connect();
  const auto one = [&](const std::string& sql) {
    QueryResult result = connection.query(sql);
    return result.next() ? result.text(0) : "nothing";
  };
  EXPECT_EQ(one("SELECT count(*) FROM " + scan), "48000");
  EXPECT_EQ(one("SELECT count(DISTINCT s) FROM " + scan), "32000");
  EXPECT_EQ(one(fmt::format("SELECT count(*) FROM {0} a JOIN {0} b USING (s)", scan)), "32000");
  // Row i has its number as text, of 30 digits when i is odd and of at least 4 when it is even,
  // unless it is null.
  EXPECT_EQ(
      one(fmt::format(
          "SELECT s FROM {} WHERE i % 1000 = 1 AND s IS NOT NULL ORDER BY i DESC LIMIT 1", scan)),
      fmt::format("{:030}", 46001));
}

TEST(BatchScanTest, CopiesStringsThatAStreamHandsOut) {
  const TemporaryFolder folder;
  std::vector<RecordBatch> batches;
  for (int i = 0; i < 50; ++i) batches.push_back(numbers(i * 100, 100));
  const auto path = write_file(folder / "f", batches);
  const Database database = Database::in_memory({.threads = 1});
  Connection connection = database.connect();
  QueryResult rows = connection.query("SELECT i, s FROM " + scan_of({path}));
  std::int64_t row = 0;
  for (; rows.next(); ++row) {
    const RecordBatch& batch = batches[static_cast<std::size_t>(row / 100)];
    if (!rows.is_null(1)) {
      ASSERT_EQ(rows.text(1), batch.columns[1].bytes_at(row % 100));
    }
  }
  EXPECT_EQ(row, 5000);
}

TEST(BatchScanTest, FailsAsTheReaderFails) {
  const TemporaryFolder folder;
  const auto path = write_one(folder / "f", numbers(0, 5000));
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  const auto error = [&](const std::filesystem::path& file) {
    return thrown_by(
        [&] { connection.execute("CREATE OR REPLACE TABLE t AS FROM " + scan_of({file})); });
  };
  EXPECT_EQ(error(folder / "missing").code(), ErrorCode::kIo);

  // A flipped byte in the middle is found by the checksum, while the scan runs.
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(2000);
  file.put('\x55');
  file.close();
  const Error damaged = error(path);
  EXPECT_EQ(damaged.code(), ErrorCode::kIo);
  EXPECT_EQ(damaged.context().file, path.string());
  EXPECT_NO_THROW(connection.execute("SELECT 1"));
}

TEST(BatchScanTest, RefusesWhatDuckDBHasNoTypeFor) {
  const TemporaryFolder folder;
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  int count = 0;
  const auto error = [&](Field field, std::string_view value) {
    field.name = "c";
    RecordBatch batch;
    batch.add_column(field);
    if (field.layout() == Layout::kVariable) batch.columns[0].set_bytes(0, value);
    batch.rows = 1;
    batch.finish();
    const auto path = write_one(folder / std::to_string(count++), batch);
    const Error thrown = thrown_by(
        [&] { connection.execute("CREATE OR REPLACE TABLE t AS FROM " + scan_of({path})); });
    EXPECT_EQ(thrown.context().column, "c");
    return thrown.code();
  };
  EXPECT_EQ(error({.type = DataType::kTime, .precision = 9}, ""), ErrorCode::kInternal);
  EXPECT_EQ(error({.type = DataType::kTimestamp, .precision = 9}, ""), ErrorCode::kInternal);
  EXPECT_EQ(error({.type = DataType::kDecimal, .precision = 39, .scale = 1}, "1"),
            ErrorCode::kInternal);
  EXPECT_EQ(error({.type = DataType::kWei}, "100000000000000000000000000000000000000"),
            ErrorCode::kBadRecord);
  EXPECT_EQ(error({.type = DataType::kWei}, "1.5"), ErrorCode::kBadRecord);
  EXPECT_EQ(error({.type = DataType::kWei}, "x"), ErrorCode::kBadRecord);
}

TEST(BatchScanTest, RefusesFilesThatDisagree) {
  const TemporaryFolder folder;
  RecordBatch other;
  other.add_column({.name = "i"});
  other.rows = 1;
  other.finish();
  const auto one = write_one(folder / "1", numbers(0, 1));
  const auto two = write_one(folder / "2", other);
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  const Error error = thrown_by([&] { connection.query("FROM " + scan_of({one, two})); });
  EXPECT_EQ(error.code(), ErrorCode::kInternal);
  EXPECT_EQ(error.context().column, "i");
  EXPECT_EQ(thrown_by([&] { connection.query("FROM dltpp_batches([])"); }).code(),
            ErrorCode::kInvalidArgument);
}

TEST(BatchScanTest, StopsWhenTheTokenIsRequested) {
  const TemporaryFolder folder;
  std::vector<RecordBatch> batches;
  for (int i = 0; i < 40; ++i) batches.push_back(numbers(i * 4000, 4000));
  const auto path = write_file(folder / "f", batches);
  const Database database = Database::open(folder / "x.duckdb", {.threads = 2});
  const CancellationToken token;
  Connection connection = database.connect(token);
  connection.execute("CREATE TABLE t(i BIGINT, s VARCHAR)");
  ScanProgress progress;
  std::thread stop([&] {
    while (progress.rows == 0) std::this_thread::yield();
    token.request();
  });
  // A cross product keeps it busy long enough.
  const std::string sql =
      fmt::format("INSERT INTO t SELECT a.i, a.s FROM {0} a, range(10000) r", scan_of({path}));
  EXPECT_EQ(thrown_by([&] { connection.execute_scan(sql, progress); }).code(),
            ErrorCode::kInterrupted);
  stop.join();
  Connection after = database.connect();
  QueryResult rows = after.query("SELECT count(*) FROM t");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 0);
}

}  // namespace
}  // namespace dlt::engine
