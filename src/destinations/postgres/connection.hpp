// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sql_parameter.hpp"
#include "destinations/destination.hpp"
#include "destinations/postgres/address.hpp"
#include "dlt/cancellation.hpp"

namespace dlt::postgres {

/// For `$1`, `$2`, ... of a statement; text takes the type that the statement asks for.
using Parameter = SqlParameter;

/// The rows of a query, one after another; one of them is in memory at a time. One result a
/// connection is open: the next statement ends it.
class QueryResult final : public QueryRows {
 public:
  QueryResult(QueryResult&&) noexcept;
  QueryResult& operator=(QueryResult&&) noexcept;
  ~QueryResult() override;

  const std::vector<std::string>& columns() const override;
  /// Numbers of their types: see oid.
  const std::vector<std::uint32_t>& types() const;
  /// Goes to the next row; false after the last. Throws as `Connection::query` does.
  bool next() override;
  bool is_null(std::size_t column) const override;
  /// As PostgreSQL writes it, but: bytea as hex digits, dates and times in ISO form, timestamps
  /// with six digits and, where they have a time zone, 'Z'; true and false; empty for NULL.
  std::string text(std::size_t column) const override;
  /// Numbers and booleans as such; {"decimal": text}, {"hex": text}; json parsed; everything else
  /// as `text` gives it. NaN and the infinities are text.
  Json json(std::size_t column) const override;
  /// The value of a column of an integer type or boolean; 0 for NULL.
  std::int64_t integer(std::size_t column) const;

  struct Impl;
  explicit QueryResult(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// Rows on their way into a table. Without `finish` the destructor makes the server take them back.
class CopyIn {
 public:
  CopyIn(CopyIn&&) noexcept;
  ~CopyIn();

  /// Sends bytes of COPY's format, and holds none of them longer than the call.
  void write(std::string_view bytes);
  /// Ends the rows and returns how many there were.
  std::int64_t finish();

  struct Impl;
  explicit CopyIn(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// A session, in UTC and UTF-8. Statements throw what `translate_error` makes of the server's
/// error, and kInterrupted when stopped; a connection that was lost is a retryable kDestination, of
/// which this object does not recover.
class Connection {
 public:
  /// Connects, trying each host of the address as libpq does. Throws kConfiguration for what the
  /// server refuses about user or password, kNotFound for a database that is not there, and
  /// retryable kDestination when the server cannot be reached.
  Connection(const Address& address, const CancellationToken& cancellation);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one statement or, without parameters, several; returns the rows that the last one
  /// changed.
  std::int64_t execute(std::string_view sql, const std::vector<Parameter>& parameters = {});
  /// Runs one statement.
  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters = {});
  /// Begins a COPY ... FROM STDIN.
  CopyIn copy_in(std::string_view sql);

  void begin();
  /// Throws a retryable error for which `is_outcome_unknown()` holds afterwards when the connection
  /// was lost before the server answered: it may have committed. Nothing stops it once it is sent.
  void commit();
  bool is_outcome_unknown() const;
  /// Takes back the open transaction, if there is one; also when stopping was requested.
  void rollback() noexcept;
  bool is_in_transaction() const;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace dlt::postgres
