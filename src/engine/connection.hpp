// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dlt/arrow.hpp>
#include <dlt/json.hpp>

#include "core/sql_parameter.hpp"
#include "dlt/cancellation.hpp"

namespace dlt::engine {

using Parameter = SqlParameter;

struct ResultColumn {
  std::string name = {};
  std::string type =
      {};  ///< as DuckDB writes it: "DECIMAL(38,9)", "STRUCT(a INTEGER, b VARCHAR[])"
};

/// The rows of a query, one after another; a chunk of them is in memory at a time. One result a
/// connection is open: the next statement ends it. Values of the current row are asked for by
/// column, counted from 0.
class QueryResult {
 public:
  QueryResult(QueryResult&&) noexcept;
  QueryResult& operator=(QueryResult&&) noexcept;
  ~QueryResult();

  const std::vector<ResultColumn>& columns() const;
  /// Goes to the next row; false after the last. Throws as `Connection::query` does.
  bool next();

  bool is_null(std::size_t column) const;
  /// DECIMAL with all digits of its scale, BLOB as hex digits, times in ISO form with the digits of
  /// their type, UTC with 'Z', nested values as JSON, doubles in their shortest form; empty for
  /// NULL.
  std::string text(std::size_t column) const;
  /// Numbers, booleans and nested values as such; {"decimal": text}, {"hex": text}; JSON columns
  /// parsed; everything else as `text` gives it. An integer outside 64 bits is {"decimal": text},
  /// NaN and the infinities are text.
  Json json(std::size_t column) const;
  /// The value of a column of an integer type.
  std::int64_t integer(std::size_t column) const;

  struct Impl;
  explicit QueryResult(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// The rows of a query as Arrow's arrays, one after another.
class ArrowResult {
 public:
  ArrowResult(ArrowResult&&) noexcept;
  ArrowResult& operator=(ArrowResult&&) noexcept;
  ~ArrowResult();

  /// Fills `out` with the type of the rows: a struct. Throws kDestination for what Arrow has no
  /// type for.
  void schema(ArrowSchema* out);
  /// Fills `out` with the next rows, some thousand; false after the last. Throws as
  /// `Connection::query` does.
  bool next(ArrowArray* out);

  struct Impl;
  explicit ArrowResult(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// A session. Statements throw dlt::Error: kInterrupted when stopped, kNullViolation for a NOT NULL
/// constraint, kInvalidArgument for SQL that DuckDB does not understand, kNotFound for a table that
/// is not there, kIo for files and a full disk, kDestination for what the data or the catalog does
/// not allow; `retryable` after conflicts, lack of memory and I/O errors.
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one statement or, without parameters, several; returns the rows that the last one
  /// changed.
  std::int64_t execute(std::string_view sql, const std::vector<Parameter>& parameters = {});
  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters = {});
  ArrowResult query_arrow(std::string_view sql, const std::vector<Parameter>& parameters = {});
  /// Runs a statement that reads `dltpp_batches`, adding the rows that were read to `rows`
  /// meanwhile.
  std::int64_t execute_scan(std::string_view sql, std::atomic<std::int64_t>& rows);

  /// Takes back the open transaction, if there is one; also when stopping was requested.
  void rollback() noexcept;
  /// Stops the statement that is running on another thread, if any.
  void interrupt();

  struct Impl;
  explicit Connection(std::shared_ptr<Impl> impl);

 private:
  std::shared_ptr<Impl> impl_;
};

/// `"name"`, with quotes inside doubled.
std::string quote_identifier(std::string_view name);
/// `'text'`, with quotes inside doubled.
std::string quote_literal(std::string_view text);

}  // namespace dlt::engine
