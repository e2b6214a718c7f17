// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/sql_parameter.hpp"
#include "destinations/destination.hpp"

namespace dlt::sql {

/// For `$1`, `$2`, ... of a statement.
using Parameter = SqlParameter;

/// An open session with a database. Throws dlt::Error: kInterrupted when stopped, and what the
/// database says, translated.
class Session {
 public:
  virtual ~Session() = default;
  /// Runs a statement; returns how many rows it changed.
  virtual std::int64_t execute(const std::string& sql,
                               const std::vector<Parameter>& parameters) = 0;
  std::int64_t execute(const std::string& sql) { return execute(sql, {}); }
  /// The next call of the session ends the rows.
  virtual std::unique_ptr<QueryRows> query(const std::string& sql,
                                           const std::vector<Parameter>& parameters) = 0;
  std::unique_ptr<QueryRows> query(const std::string& sql) { return query(sql, {}); }
  /// The same, as Arrow's arrays.
  virtual std::unique_ptr<arrow::Producer> query_arrow(const std::string& sql) = 0;
  virtual void begin() { execute("BEGIN"); }
  virtual void commit() { execute("COMMIT"); }
  /// Takes back the open transaction, if there is one; also when stopping was requested.
  virtual void rollback() noexcept = 0;
};

}  // namespace dlt::sql
