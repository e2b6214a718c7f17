// SPDX-License-Identifier: Apache-2.0
#include "engine/database.hpp"

#include <cstring>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"
#include "engine/child_process.hpp"

namespace dlt::engine {
namespace {

using std::chrono::milliseconds;

std::int64_t number(const Database& database, const std::string& sql) {
  Connection connection = database.connect();
  QueryResult result = connection.query(sql);
  return result.next() ? result.integer(0) : -1;
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DatabaseTest, KeepsWhatWasWritten) {
  const TemporaryFolder folder;
  {
    const Database database = Database::open(folder / "x.duckdb");
    EXPECT_EQ(database.catalog(), "x");
    Connection connection = database.connect();
    connection.execute("CREATE SCHEMA d; CREATE TABLE d.t AS SELECT 7 AS i");
  }
  EXPECT_EQ(number(Database::open(folder / "x.duckdb"), "SELECT i FROM d.t"), 7);
}

TEST(DatabaseTest, ClosingAConnectionLeavesTheThreadsToTheOthers) {
  const Database database = Database::in_memory({.threads = 3});
  { const Connection closed = database.connect(); }
  {
    Connection failed = database.connect();
    failed.execute("BEGIN");
    EXPECT_THROW(failed.execute("SELECT error('no')"), Error);
  }
  EXPECT_EQ(number(database, "SELECT current_setting('threads')"), 3);
}

TEST(DatabaseTest, NamesThatDuckDBTakesForItselfAreUsable) {
  const TemporaryFolder folder;
  for (const char* name :
       {"memory.duckdb", "system.duckdb", "Temp.duckdb", "a\"b'c.duckdb", "select.duckdb"}) {
    const Database database = Database::open(folder / name);
    Connection connection = database.connect();
    connection.execute("CREATE TABLE t AS SELECT 1 AS i");
    EXPECT_EQ(number(database, "SELECT i FROM t"), 1) << name;
  }
}

TEST(DatabaseTest, OpensOneFileOnceInAProcess) {
  const TemporaryFolder folder;
  const Database first = Database::open(folder / "x.duckdb");
  std::filesystem::create_directory_symlink(folder.path(), folder / "link");
  const Database second = Database::open(folder / "link" / "." / "x.duckdb");
  first.connect().execute("CREATE TABLE t AS SELECT 3 AS i");
  EXPECT_EQ(number(second, "SELECT i FROM t"), 3);
}

TEST(DatabaseTest, OpensAndClosesFromManyThreads) {
  const TemporaryFolder folder;
  Database::open(folder / "x.duckdb").connect().execute("CREATE TABLE t(i INTEGER)");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&folder] {
      for (int i = 0; i < 10; ++i)
        Database::open(folder / "x.duckdb").connect().execute("INSERT INTO t VALUES (1)");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number(Database::open(folder / "x.duckdb"), "SELECT count(*) FROM t"), 40);
}

TEST(DatabaseTest, AReadOnlyDatabaseIsNotWritten) {
  const TemporaryFolder folder;
  Database::open(folder / "x.duckdb").connect().execute("CREATE TABLE t AS SELECT 1 AS i");
  const Database database = Database::open(folder / "x.duckdb", {.access = Access::kReadOnly});
  EXPECT_EQ(number(database, "SELECT i FROM t"), 1);
  EXPECT_THROW(database.connect().execute("INSERT INTO t VALUES (2)"), Error);
  EXPECT_EQ(thrown_by([&] { Database::open(folder / "x.duckdb"); }).code(), ErrorCode::kState);
}

struct PathCase {
  const char* name;
  const char* path;
  ErrorCode code;
};

class BadPath : public testing::TestWithParam<PathCase> {};

TEST_P(BadPath, IsRefusedAndNamed) {
  const TemporaryFolder folder;
  write(folder / "text.duckdb", "this is no database, but text of some length\n");
  std::filesystem::create_directory(folder / "folder");
  const std::filesystem::path path = folder / GetParam().path;
  const Error error = thrown_by([&] { Database::open(path); });
  EXPECT_EQ(error.code(), GetParam().code);
  EXPECT_FALSE(error.retryable());
  EXPECT_EQ(error.context().file, path.string());
  EXPECT_EQ(read(folder / "text.duckdb"), "this is no database, but text of some length\n");
}

INSTANTIATE_TEST_SUITE_P(
    Paths, BadPath,
    testing::Values(PathCase{"missing_folder", "nowhere/x.duckdb", ErrorCode::kNotFound},
                    PathCase{"file_as_folder", "text.duckdb/x.duckdb", ErrorCode::kIo},
                    PathCase{"folder_as_file", "folder", ErrorCode::kIo},
                    PathCase{"no_database", "text.duckdb", ErrorCode::kIo}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DatabaseTest, AMissingFileIsNotCreatedToBeRead) {
  const TemporaryFolder folder;
  const Error error =
      thrown_by([&] { Database::open(folder / "x.duckdb", {.access = Access::kReadOnly}); });
  EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.duckdb"));
}

// Writes `version` into the first block of a database; `valid`: under a checksum that fits.
void set_format_version(const std::filesystem::path& path, std::uint64_t version, bool valid) {
  constexpr std::size_t kBlock = 4096;
  std::string bytes = read(path);
  // The block's checksum, then "DUCK" and the version.
  ASSERT_EQ(bytes.substr(8, 4), "DUCK");
  std::memcpy(bytes.data() + 12, &version, sizeof version);
  if (valid) {
    std::uint64_t checksum = 5381;
    for (std::size_t at = 8; at < kBlock; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, sizeof word);
      checksum ^= word * 0xbf58476d1ce4e5b9;
    }
    std::memcpy(bytes.data(), &checksum, sizeof checksum);
  }
  write(path, bytes);
}

TEST(DatabaseTest, ANewerFormatAndADamagedFileAreToldApart) {
  const TemporaryFolder folder;
  Database::open(folder / "x.duckdb").connect().execute("CREATE TABLE t(i INTEGER)");
  const auto error = [&](bool valid) {
    set_format_version(folder / "x.duckdb", valid ? 9999 : 9998, valid);
    return thrown_by([&] { Database::open(folder / "x.duckdb"); });
  };
  const Error newer = error(true);
  EXPECT_EQ(newer.code(), ErrorCode::kIo);
  EXPECT_FALSE(newer.retryable());
  EXPECT_NE(newer.message().find("does not read"), std::string::npos) << newer.message();
  const Error damaged = error(false);
  EXPECT_EQ(damaged.code(), ErrorCode::kIo);
  EXPECT_FALSE(damaged.retryable());
  EXPECT_NE(damaged.message().find("damaged"), std::string::npos) << damaged.message();
}

TEST(DatabaseTest, AFolderThatMayNotBeWrittenIsRefused) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  // Permissions do not bind root.
  ChildProcess child([&folder] {
    constexpr unsigned kNobody = 65534;
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) return 1;
    try {
      Database::open(folder / "x.duckdb");
    } catch (const Error& error) {
      return error.code() == ErrorCode::kIo && !error.retryable() ? 42 : 2;
    }
    return 3;
  });
  EXPECT_EQ(child.wait(), 42);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
}

TEST(DatabaseTest, WaitsForAnotherProcessAndThenSaysThatItIsLocked) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  const TemporaryFolder folder;
  Signal opened;
  ChildProcess holder([&] {
    const Database database = Database::open(folder / "x.duckdb");
    opened.send();
    ::pause();
    return 0;
  });
  opened.await();
  const auto start = std::chrono::steady_clock::now();
  const Error error =
      thrown_by([&] { Database::open(folder / "x.duckdb", {.lock_timeout = milliseconds(100)}); });
  EXPECT_EQ(error.code(), ErrorCode::kLocked);
  EXPECT_TRUE(error.retryable());
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(30));

  // Free again once the holder is gone, while somebody waits.
  std::thread stop([&holder] {
    std::this_thread::sleep_for(milliseconds(100));
    holder.kill();
  });
  EXPECT_NO_THROW(Database::open(folder / "x.duckdb"));
  stop.join();
}

TEST(DatabaseTest, StopsWaitingWhenTold) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  const TemporaryFolder folder;
  Signal opened;
  ChildProcess holder([&] {
    const Database database = Database::open(folder / "x.duckdb");
    opened.send();
    ::pause();
    return 0;
  });
  opened.await();
  const CancellationToken token;
  std::thread stop([&token] {
    std::this_thread::sleep_for(milliseconds(50));
    token.request();
  });
  EXPECT_EQ(thrown_by([&] { Database::open(folder / "x.duckdb", {.cancellation = token}); }).code(),
            ErrorCode::kInterrupted);
  stop.join();
}

TEST(DatabaseTest, LosesNothingThatWasCommittedWhenKilled) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  const TemporaryFolder folder;
  Signal ready;
  ChildProcess child([&] {
    const Database database = Database::open(folder / "x.duckdb");
    Connection connection = database.connect();
    connection.execute("CREATE TABLE t(i BIGINT); INSERT INTO t VALUES (1)");
    connection.execute("BEGIN; INSERT INTO t SELECT i FROM range(500000) r(i)");
    ready.send();
    ::pause();
    return 0;
  });
  ready.await();
  child.kill();
  EXPECT_EQ(number(Database::open(folder / "x.duckdb"), "SELECT count(*) FROM t"), 1);
}

TEST(DatabaseTest, AppliesOptions) {
  const TemporaryFolder folder;
  const Database database =
      Database::open(folder / "x.duckdb", {.memory_limit = "123MB",
                                           .threads = 2,
                                           .row_group_size = 2048,
                                           .settings = {{"default_order", "DESC"}}});
  EXPECT_EQ(number(database, "SELECT current_setting('threads')"), 2);
  Connection connection = database.connect();
  QueryResult settings = connection.query(
      "SELECT current_setting('memory_limit'), current_setting('default_order'), "
      "current_setting('temp_directory'), "
      "current_setting('autoinstall_known_extensions'), "
      "current_setting('autoload_known_extensions')");
  ASSERT_TRUE(settings.next());
  EXPECT_EQ(settings.text(0), "117.3 MiB");
  EXPECT_EQ(settings.text(1), "DESC");
  EXPECT_EQ(settings.text(2), (folder / "x.duckdb.tmp").string());
  EXPECT_EQ(settings.text(3), "false");
  EXPECT_EQ(settings.text(4), "false");
  connection.execute("CREATE TABLE t AS SELECT i FROM range(10000) r(i)");
  connection.execute("CHECKPOINT");
  EXPECT_EQ(number(database, "SELECT max(row_group_id) FROM pragma_storage_info('t')"), 4);
}

TEST(DatabaseTest, RefusesSettingsThatDuckDBDoesNotKnow) {
  const auto open = [](std::pair<std::string, std::string> setting) {
    return thrown_by([&] { Database::in_memory({.settings = {setting}}); }).code();
  };
  EXPECT_EQ(open({"no_such_setting", "1"}), ErrorCode::kConfiguration);
  EXPECT_EQ(open({"threads", "many"}), ErrorCode::kConfiguration);
  EXPECT_EQ(thrown_by([] { Database::in_memory({.memory_limit = "much"}); }).code(),
            ErrorCode::kConfiguration);
}

TEST(DatabaseTest, InMemoryDatabasesAreSeparate) {
  const Database one = Database::in_memory();
  const Database two = Database::in_memory();
  one.connect().execute("CREATE TABLE t(i INTEGER)");
  EXPECT_EQ(thrown_by([&] { two.connect().execute("SELECT * FROM t"); }).code(),
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace dlt::engine
