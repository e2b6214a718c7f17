// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/thrown_error.hpp"
#include "destinations/loading.hpp"
#include "destinations/small_disk.hpp"
#include "engine/child_process.hpp"

namespace dlt {
namespace {

const Schema& numbers_schema() {
  static const Schema schema =
      schema_with({{.name = "t", .columns = {{.name = "i", .data_type = DataType::kBigint}}}});
  return schema;
}

/// Rows that do not compress.
std::filesystem::path write_noise(const std::filesystem::path& path, std::int64_t rows) {
  BatchFileWriter writer(path);
  std::uint64_t noise = 88172645463325252ULL;
  for (std::int64_t at = 0; at < rows; at += 8192) {
    RecordBatch batch;
    batch.add_column({.name = "i", .type = DataType::kBigint});
    batch.rows = std::min<std::int64_t>(8192, rows - at);
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      noise ^= noise << 13;
      noise ^= noise >> 7;
      noise ^= noise << 17;
      batch.columns[0].set_int64(row, static_cast<std::int64_t>(noise));
    }
    writer.write(batch);
  }
  writer.finish();
  return path;
}

constexpr std::int64_t kManyRows = 3'000'000;

TEST(DuckDbFailureTest, AnInterruptedLoadLeavesNothing) {
  const TemporaryFolder folder;
  const auto destination = make_destination((folder / "d.duckdb").string(), "");
  load(*destination->open("d", {}), numbers_schema(), "1.5",
       {write_numbers(folder / "1", "i", 0, 1)});
  const auto many = write_noise(folder / "2", kManyRows);
  const CancellationToken token;
  std::atomic<std::int64_t> copied = 0;
  const auto client = destination->open("d", {.rows_copied = &copied, .cancellation = token});
  std::thread stop([&] {
    while (copied < 100'000) std::this_thread::yield();
    token.request();
  });
  EXPECT_EQ(thrown_by([&] { load(*client, numbers_schema(), "1.6", {many}); }).code(),
            ErrorCode::kInterrupted);
  stop.join();
  EXPECT_LT(copied, kManyRows);
  // The transaction is gone though the client is still there.
  const auto other = destination->open("d", {});
  EXPECT_EQ(ask(*other, "SELECT count(*) FROM t"), "1");
  EXPECT_EQ(other->last_load_id(), "1.5");
  EXPECT_NO_THROW(load(*other, numbers_schema(), "1.7", {write_numbers(folder / "3", "i", 5, 1)}));
}

TEST(DuckDbFailureTest, AKilledLoadLeavesNothingAtAnyStep) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  for (int step = 0; step < 5; ++step) {
    const TemporaryFolder folder;
    const std::string address = (folder / "d.duckdb").string();
    load(*make_destination(address, "")->open("d", {}), numbers_schema(), "1.5",
         {write_numbers(folder / "1", "i", 0, 1)});
    const auto many = write_noise(folder / "2", 300'000);
    Signal reached;
    ChildProcess child([&] {
      auto at = [&, current = 0]() mutable {
        if (current++ != step) return;
        reached.send();
        ::pause();
      };
      const Schema later =
          schema_with({{.name = "t", .columns = {{.name = "i", .data_type = DataType::kBigint}}},
                       {.name = "u", .columns = {{.name = "x", .data_type = DataType::kText}}}});
      const auto client = make_destination(address, "")->open("d", {});
      const auto transaction = client->begin();
      transaction->migrate(later, data_tables(later));
      at();
      transaction->load({.tables = {{later.find_table("t"), {many}}}}, {});
      at();
      transaction->store_schema(later);
      at();
      transaction->complete_load("1.6", later);
      at();
      transaction->commit();
      at();
      return 0;
    });
    reached.await();
    child.kill();
    const bool committed = step == 4;
    const auto client = make_destination(address, "")->open("d", {});
    EXPECT_EQ(ask(*client, "SELECT count(*) FROM t"), committed ? "300001" : "1") << step;
    EXPECT_EQ(client->has_load("1.6", "golden"), committed) << step;
    EXPECT_EQ(ask(*client, "SELECT count(*) FROM _dlt_version"), committed ? "2" : "1") << step;
    EXPECT_EQ(ask(*client, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'u'"),
              committed ? "1" : "0")
        << step;
  }
}

// 0: the load failed as it should.
int load_without_space(const std::string& address, const std::filesystem::path& file) {
  try {
    load(*make_destination(address, "")->open("d", {}), numbers_schema(), "1.6", {file});
  } catch (const Error& error) {
    return error.code() == ErrorCode::kIo && error.retryable() && !error.hint().empty() ? 0 : 2;
  }
  return 3;
}

TEST(DuckDbFailureTest, AFileThatMayNotGrowLeavesNothing) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  const TemporaryFolder folder;
  const std::string address = (folder / "d.duckdb").string();
  load(*make_destination(address, "")->open("d", {}), numbers_schema(), "1.5",
       {write_numbers(folder / "1", "i", 0, 1)});
  const auto many = write_noise(folder / "2", kManyRows);
  ChildProcess child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {.rlim_cur = 8 << 20, .rlim_max = 8 << 20};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    return load_without_space(address, many);
  });
  EXPECT_EQ(child.wait(), 0);
  const auto client = make_destination(address, "")->open("d", {});
  EXPECT_EQ(ask(*client, "SELECT i FROM t"), "0");
  EXPECT_EQ(client->last_load_id(), "1.5");
  EXPECT_NO_THROW(load(*client, numbers_schema(), "1.6", {many}));
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM t"), "3000001");
}

TEST(DuckDbFailureTest, AFullDiskLeavesNothing) {
  const TemporaryFolder folder;
  SmallDisk disk("12m");
  if (!disk.is_there()) GTEST_SKIP() << kNoSmallDisk;
  const std::string address = (disk.path() / "d.duckdb").string();
  const auto many = write_noise(folder / "2", kManyRows);
  {
    const auto destination = make_destination(address, "");
    load(*destination->open("d", {}), numbers_schema(), "1.5",
         {write_numbers(folder / "1", "i", 0, 1)});
    EXPECT_EQ(load_without_space(address, many), 0);
  }
  const auto client = make_destination(address, "")->open("d", {});
  EXPECT_EQ(ask(*client, "SELECT i FROM t"), "0");
  EXPECT_EQ(client->last_load_id(), "1.5");
  // With more space it goes on; what the failed load had written is used again.
  ASSERT_TRUE(disk.resize("64m"));
  EXPECT_NO_THROW(load(*client, numbers_schema(), "1.6", {many}));
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM t"), "3000001");
}

TEST(DuckDbFailureTest, AnotherProcessLocksTheDestination) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  const TemporaryFolder folder;
  const std::string address = (folder / "d.duckdb").string();
  Signal opened;
  ChildProcess holder([&] {
    const auto client = make_destination(address, "")->open("d", {});
    opened.send();
    ::pause();
    return 0;
  });
  opened.await();
  const auto destination = make_destination(address, "");
  const Error error =
      thrown_by([&] { destination->open("d", {.lock_timeout = std::chrono::milliseconds(20)}); });
  EXPECT_EQ(error.code(), ErrorCode::kLocked);
  EXPECT_TRUE(error.retryable());
  holder.kill();
  EXPECT_NO_THROW(destination->open("d", {}));
}

}  // namespace
}  // namespace dlt
