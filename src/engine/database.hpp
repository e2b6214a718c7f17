// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dlt/cancellation.hpp"
#include "engine/connection.hpp"

namespace dlt::engine {

enum class Access { kReadWrite, kReadOnly };

struct DatabaseOptions {
  Access access = Access::kReadWrite;
  /// In DuckDB's words: "300MB". Empty: DuckDB's default, 80 % of the memory.
  std::string memory_limit = {};
  /// 0: as many as there are cores.
  int threads = 0;
  /// Where DuckDB spills to. Empty: "<file>.tmp".
  std::filesystem::path temp_directory = {};
  /// Rows of a new row group, a multiple of 2,048; what is being loaded is held in memory by row
  /// groups. 0: DuckDB's 122,880.
  int row_group_size = 0;
  /// Further settings, `SET GLOBAL name = 'value'`.
  std::vector<std::pair<std::string, std::string>> settings = {};
  /// Extensions to load; they have to be installed, nothing is downloaded.
  std::vector<std::string> extensions = {};
  /// How long to wait for another process to release the file.
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  /// Is told once what is waited for. Empty: nobody.
  std::function<void(std::string_view)> waits = {};
  CancellationToken cancellation = {};
};

/// An open DuckDB database. A file has one instance in the process: whoever opens it again shares
/// it, limits and settings of the last one hold, and row group size and access are those of the
/// first. The file is closed and unlocked when the last handle, connection and result is gone.
class Database {
 public:
  /// Opens the file, or creates it. Throws kLocked, which may be tried again, when another process
  /// holds it longer than the timeout; kNotFound when the folder, or a file to read only, is not
  /// there; kIo when the file is a folder, no database, of a newer format, damaged or not
  /// permitted; kInterrupted; kConfiguration for a setting that DuckDB refuses.
  static Database open(const std::filesystem::path& file, const DatabaseOptions& options = {});
  /// A database of its own that ends with the last handle.
  static Database in_memory(const DatabaseOptions& options = {});

  /// A connection whose statements stop when `cancellation` is requested. Not for several threads
  /// at once.
  Connection connect(CancellationToken cancellation = {}) const;
  /// The name of the database in SQL: `catalog.schema.table`.
  const std::string& catalog() const;

  struct Impl;

 private:
  explicit Database(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<Impl> impl_;
};

}  // namespace dlt::engine
