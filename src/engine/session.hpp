// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include <duckdb.h>

#include "dlt/cancellation.hpp"
#include "engine/connection.hpp"

namespace dlt::engine {

/// What a connection and the scans that run for it on DuckDB's threads tell each other.
struct ScanMonitor {
  CancellationToken cancellation;
  std::atomic<std::atomic<std::int64_t>*> rows = nullptr;

  /// Keeps the first failure, so that the statement can throw it as it was.
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex);
    if (!error_) error_ = std::move(error);
  }
  /// The failure since the last call, or null.
  std::exception_ptr take_error() {
    const std::lock_guard lock(mutex);
    return std::exchange(error_, nullptr);
  }

 private:
  std::mutex mutex;
  std::exception_ptr error_;
};

/// Finds the monitor of the connection that a scan runs for: DuckDB tells a function only the
/// connection's id.
class ScanMonitors {
 public:
  void add(idx_t connection, std::shared_ptr<ScanMonitor> monitor) {
    const std::lock_guard lock(mutex_);
    monitors_[connection] = std::move(monitor);
  }
  void remove(idx_t connection) {
    const std::lock_guard lock(mutex_);
    monitors_.erase(connection);
  }
  /// A monitor that nobody watches when the connection is not one of ours.
  std::shared_ptr<ScanMonitor> find(idx_t connection) {
    const std::lock_guard lock(mutex_);
    const auto found = monitors_.find(connection);
    return found != monitors_.end() ? found->second : std::make_shared<ScanMonitor>();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<idx_t, std::shared_ptr<ScanMonitor>> monitors_;
};

/// A DuckDB instance.
struct Instance {
  Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() {
    if (database != nullptr) duckdb_close(&database);
  }

  duckdb_database database = nullptr;
  std::string catalog;
  std::string file;  ///< empty: in memory
  bool read_only = false;
  /// Shared with the table function, which lives as long as the catalog of DuckDB.
  std::shared_ptr<ScanMonitors> monitors = std::make_shared<ScanMonitors>();
};

/// Registers `dltpp_batches`.
void register_batch_scan(duckdb_connection connection, std::shared_ptr<ScanMonitors> monitors);

/// A connection without a session's settings; what `Database` itself uses. Closed by the
/// destructor.
class RawConnection {
 public:
  explicit RawConnection(duckdb_database database);
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection();

  duckdb_connection get() const { return connection_; }
  /// Throws what `translate_error` makes of a failure.
  void run(const std::string& sql) const;

 private:
  /// Waits until no worker of the instance has anything left to do with this connection.
  void settle_workers() const;

  duckdb_connection connection_ = nullptr;
};

/// A session on `instance`; `keep_alive` is what keeps the instance open.
Connection make_connection(const Instance& instance, std::shared_ptr<const void> keep_alive,
                           CancellationToken cancellation);

}  // namespace dlt::engine
