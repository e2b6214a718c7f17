// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <fstream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/temporary_folder.hpp"
#include "engine/child_process.hpp"
#include "engine/database.hpp"

namespace {

[[maybe_unused]] bool locks_late = false;  // set in forks only

}  // namespace

#ifndef __SANITIZE_THREAD__
// Takes the place of the C library's in DuckDB: a process can be stopped for a while between the
// opening of a file and its lock, which happens to few. ThreadSanitizer has one of its own there.
extern "C" [[gnu::visibility("default")]] int fcntl(int file, int command, ...) {
  std::va_list rest;
  va_start(rest, command);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  static const auto next = reinterpret_cast<int (*)(int, int, void*)>(::dlsym(RTLD_NEXT, "fcntl"));
  if (locks_late && command == F_SETLK) {
    static std::minstd_rand random(static_cast<unsigned>(::getpid()));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 30));
  }
  return next(file, command, argument);
}
#endif

namespace dlt::engine {
namespace {

namespace fs = std::filesystem;

std::int64_t number(const Database& database, const std::string& sql) {
  Connection connection = database.connect();
  QueryResult result = connection.query(sql);
  return result.next() ? result.integer(0) : -1;
}

std::vector<std::string> names_in(const TemporaryFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

// DuckDB looks whether the file is there, creates it, and only then locks it.
TEST(CreationTest, ProcessesThatCreateOneFileAtOnceLoseNothing) {
  if (!kCanFork) GTEST_SKIP() << "ThreadSanitizer";
  constexpr int kFiles = 10;
  constexpr int kProcesses = 4;
  const TemporaryFolder folder;
  std::vector<std::string> files;
  for (int i = 0; i < kFiles; ++i) files.push_back(fmt::format("{}.duckdb", i));

  for (const std::string& file : files) {
    std::vector<std::unique_ptr<ChildProcess>> children;
    for (int process = 0; process < kProcesses; ++process) {
      children.push_back(std::make_unique<ChildProcess>([&folder, &file, process] {
        locks_late = true;
        const Database database = Database::open(folder / file);
        Connection connection = database.connect();
        connection.execute("CREATE TABLE IF NOT EXISTS t (i INTEGER)");
        connection.execute(fmt::format("INSERT INTO t VALUES ({})", process));
        return 0;
      }));
    }
    for (const auto& child : children) EXPECT_EQ(child->wait(), 0);
  }

  for (const std::string& file : files) {
    EXPECT_EQ(number(Database::open(folder / file), "SELECT count(*) FROM t"), kProcesses) << file;
  }
  EXPECT_EQ(names_in(folder), files);
}

TEST(CreationTest, WhatIsLeftOfADatabaseThatWasRemovedIsNotReplayed) {
  const TemporaryFolder folder;
  std::ofstream(folder / "x.duckdb.wal") << "a write-ahead log of another database";
  {
    const Database database = Database::open(folder / "x.duckdb");
    database.connect().execute("CREATE TABLE t AS SELECT 7 AS i");
  }
  EXPECT_EQ(number(Database::open(folder / "x.duckdb"), "SELECT i FROM t"), 7);
}

TEST(CreationTest, WhatACreationThatWasKilledLeftGoes) {
  const TemporaryFolder folder;
  const std::string unfinished = ".dltpp-0123456789abcdef";
  std::ofstream(folder / unfinished) << "half a header";
  std::ofstream(folder / ".dltpp-of-a-user") << "of a user";
  Database::open(folder / "x.duckdb");
  EXPECT_EQ(names_in(folder), (std::vector<std::string>{".dltpp-of-a-user", "x.duckdb"}));

  fs::create_hard_link(folder / "x.duckdb", folder / unfinished);
  Database::open(folder / "x.duckdb", {.access = Access::kReadOnly});
  EXPECT_EQ(names_in(folder).size(), 3U) << "who only reads changes nothing";
  Database::open(folder / "x.duckdb");
  EXPECT_EQ(names_in(folder), (std::vector<std::string>{".dltpp-of-a-user", "x.duckdb"}));
}

}  // namespace
}  // namespace dlt::engine
