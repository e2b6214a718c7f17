// SPDX-License-Identifier: Apache-2.0
#include "core/batch_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "core/temporary_folder.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

std::vector<Field> all_fields() {
  return {{.name = "b", .type = DataType::kBool},
          {.name = "i", .type = DataType::kBigint},
          {.name = "d", .type = DataType::kDouble},
          {.name = "t", .type = DataType::kText},
          {.name = "day", .type = DataType::kDate},
          {.name = "dec", .type = DataType::kDecimal, .precision = 20, .scale = 4},
          {.name = "never", .type = DataType::kText}};
}

// Whether row `row` has a value; what it is follows from the row.
bool has_value(std::int64_t row, std::size_t column, unsigned seed) { return (row * 7 + static_cast<std::int64_t>(column) * 3 + seed) % 5 != 0; }

RecordBatch make_batch(std::int64_t from, std::int64_t rows, unsigned seed) {
  RecordBatch batch;
  for (const Field& field : all_fields()) batch.add_column(field);
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t n = from + i;
    if (has_value(n, 0, seed)) batch.columns[0].set_bool(i, n % 3 == 0);
    if (has_value(n, 1, seed)) batch.columns[1].set_int64(i, n * 11);
    if (has_value(n, 2, seed)) batch.columns[2].set_double(i, static_cast<double>(n) / 4);
    if (has_value(n, 3, seed)) batch.columns[3].set_bytes(i, "text " + std::to_string(n));
    if (has_value(n, 4, seed)) batch.columns[4].set_int32(i, static_cast<std::int32_t>(n));
    if (has_value(n, 5, seed)) batch.columns[5].set_int128(i, Int128{n} * 1'000'000'007);
    ++batch.rows;
  }
  batch.finish();
  return batch;
}

void expect_rows(const RecordBatch& batch, std::int64_t from, std::int64_t rows, unsigned seed) {
  ASSERT_EQ(batch.rows, rows);
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t n = from + i;
    SCOPED_TRACE(n);
    for (std::size_t c = 0; c < 6; ++c) ASSERT_EQ(batch.columns[c].is_null(i), !has_value(n, c, seed)) << c;
    if (has_value(n, 0, seed)) EXPECT_EQ(batch.columns[0].bool_at(i), n % 3 == 0);
    if (has_value(n, 1, seed)) EXPECT_EQ(batch.columns[1].int64_at(i), n * 11);
    if (has_value(n, 2, seed)) EXPECT_EQ(batch.columns[2].double_at(i), static_cast<double>(n) / 4);
    if (has_value(n, 3, seed)) EXPECT_EQ(batch.columns[3].bytes_at(i), "text " + std::to_string(n));
    if (has_value(n, 4, seed)) EXPECT_EQ(batch.columns[4].int32_at(i), n);
    if (has_value(n, 5, seed)) EXPECT_TRUE(batch.columns[5].int128_at(i) == Int128{n} * 1'000'000'007);
    EXPECT_TRUE(batch.columns[6].is_null(i));
  }
}

TEST(BatchFile, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "t.1.0.batch";
  BatchFileWriter writer(path);
  const std::vector<std::int64_t> sizes = {0, 1, 7, 8, 9, 100};
  std::int64_t from = 0;
  for (const std::int64_t rows : sizes) {
    writer.write(make_batch(from, rows, 1));
    from += rows;
  }
  writer.finish();
  const BatchFileReader reader(path);
  EXPECT_EQ(reader.rows(), from);
  EXPECT_EQ(reader.fields(), all_fields());
  ASSERT_EQ(reader.batch_count(), sizes.size());
  RecordBatch batch;
  // Backwards, so that memory of a larger batch is used again for a smaller one.
  for (std::size_t i = sizes.size(); i-- > 0;) {
    from -= sizes[i];
    reader.read(i, batch);
    expect_rows(batch, from, sizes[i], 1);
  }
}

TEST(BatchFile, TakesFieldsThatComeLater) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "t.1.0.batch";
  BatchFileWriter writer(path);
  RecordBatch first;
  first.add_column({.name = "a", .type = DataType::kBigint});
  first.columns[0].set_int64(0, 1);
  first.rows = 1;
  writer.write(first);
  RecordBatch second;
  second.add_column({.name = "b", .type = DataType::kText});
  second.columns[0].set_bytes(0, "x");
  second.rows = 1;
  writer.write(second);
  writer.finish();
  const BatchFileReader reader(path);
  RecordBatch batch;
  reader.read(0, batch);
  EXPECT_EQ(batch.columns[0].int64_at(0), 1);
  EXPECT_TRUE(batch.columns[1].is_null(0));
  reader.read(1, batch);
  EXPECT_TRUE(batch.columns[0].is_null(0));
  EXPECT_EQ(batch.columns[1].bytes_at(0), "x");
}

TEST(BatchFile, IsRemovedWhenItIsNotFinished) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "t.1.0.batch";
  { BatchFileWriter(path).write(make_batch(0, 10, 1)); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(BatchFile, RefusesDamage) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "t.1.0.batch";
  BatchFileWriter writer(path);
  writer.write(make_batch(0, 1000, 1));
  writer.finish();
  const std::uintmax_t size = std::filesystem::file_size(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2));
    file.put('\xA5');
    file.put('\x5A');
  }
  RecordBatch batch;
  EXPECT_THROW(BatchFileReader(path).read(0, batch), Error);
  for (const std::uintmax_t cut : {size - 1, size / 2, std::uintmax_t{3}}) {
    std::filesystem::resize_file(path, cut);
    EXPECT_THROW(BatchFileReader reader(path), Error) << cut;
  }
}

TEST(RecordBatch, AppendAndTruncateAgreeWithRowByRow) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  RecordBatch all;
  std::int64_t from = 0;
  for (int i = 0; i < 40; ++i) {
    const std::int64_t rows = random() % 20;
    RecordBatch part = make_batch(from, rows + 5, seed % 5);
    // Five rows too many, taken back.
    for (ColumnArray& column : part.columns) column.truncate(rows);
    part.rows = rows;
    all.append(part);
    from += rows;
  }
  all.finish();
  expect_rows(all, 0, from, seed % 5);
}

}  // namespace
}  // namespace dlt
