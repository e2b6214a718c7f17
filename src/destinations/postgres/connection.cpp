// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/connection.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "destinations/postgres/session.hpp"
#include "destinations/postgres/value.hpp"
#include "dlt/error.hpp"

namespace dlt::postgres {
namespace {

// Values go to the server in a form that does not depend on its settings, and come back in one.
constexpr std::string_view kSettings =
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; "
    "SET extra_float_digits = 3; SET bytea_output = 'hex'; SET standard_conforming_strings = on";

// As much as is handed to libpq at a time, which makes a copy of it.
constexpr std::size_t kCopyChunk = std::size_t{256} << 10;

enum class Rows { kCount, kStream };

void check_no_nul(std::string_view text, std::string_view what) {
  if (text.find('\0') == std::string_view::npos) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("PostgreSQL takes no text with U+0000: {}", what));
}

/// Parameters as libpq takes them.
class Bound {
 public:
  explicit Bound(const std::vector<Parameter>& parameters) {
    texts_.reserve(parameters.size());
    for (const Parameter& parameter : parameters) {
      std::visit([this](const auto& value) { add(value); }, parameter);
    }
    for (const std::optional<std::string>& text : texts_)
      values_.push_back(text ? text->c_str() : nullptr);
  }

  int count() const { return static_cast<int>(values_.size()); }
  const Oid* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }

 private:
  void add(std::monostate) { add(0, std::nullopt); }
  void add(bool value) { add(oid::kBool, value ? "t" : "f"); }
  void add(std::int64_t value) { add(oid::kInt8, fmt::format("{}", value)); }
  void add(double value) { add(oid::kFloat8, fmt::format("{}", value)); }
  void add(const std::string& value) {
    check_no_nul(value, fmt::format("parameter {}", texts_.size() + 1));
    add(0, value);
  }
  void add(Timestamp value) {
    value.nanoseconds -= value.nanoseconds % 1'000;  // which the server would round
    add(oid::kTimestamptz, to_string(value));
  }
  void add(std::uint32_t type, std::optional<std::string> text) {
    types_.push_back(type);
    texts_.push_back(std::move(text));
  }

  std::vector<Oid> types_;
  std::vector<std::optional<std::string>> texts_;
  std::vector<const char*> values_;
};

std::int64_t rows_changed(PGresult* result) {
  const std::string_view text = PQcmdTuples(result);
  std::int64_t rows = 0;
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

}  // namespace

struct Connection::Impl {
  Session session;
  // The number of the newest statement, and whether it has rows that nobody has taken yet.
  std::uint64_t statement = 0;
  bool has_rows = false;
  bool is_in_transaction = false;
  bool is_outcome_unknown = false;

  Impl(const Address& address, const CancellationToken& cancellation)
      : session(address, cancellation) {}

  PGconn* get() const { return session.get(); }

  /// Sends a statement after all that came before it is over.
  void send(std::string_view sql, const std::vector<Parameter>& parameters, Rows rows,
            Wait wait = Wait::kUntilStopped) {
    if (wait == Wait::kUntilStopped) session.cancellation().throw_if_requested();
    check_no_nul(sql, "a statement");
    end_rows(wait);
    if (session.is_broken()) throw session.lost();
    ++statement;
    is_in_transaction = PQtransactionStatus(get()) != PQTRANS_IDLE;
    const std::string text(sql);
    const Bound bound(parameters);
    const int sent = rows == Rows::kCount && parameters.empty()
                         ? PQsendQuery(get(), text.c_str())
                         : PQsendQueryParams(get(), text.c_str(), bound.count(), bound.types(),
                                             bound.values(), nullptr, nullptr, 0);
    if (sent != 1) throw session.lost();
    if (rows == Rows::kStream) {
      has_rows = true;
      PQsetSingleRowMode(get());
    }
    session.flush(wait);
  }

  std::int64_t run(std::string_view sql, const std::vector<Parameter>& parameters,
                   Wait wait = Wait::kUntilStopped) {
    send(sql, parameters, Rows::kCount, wait);
    const Result result = session.last_result(wait);
    session.check(result.get());
    return rows_changed(result.get());
  }

  /// Rows that are not wanted any more. In a transaction their statement must not be cancelled:
  /// that would end the transaction, too.
  void end_rows(Wait wait) {
    if (!std::exchange(has_rows, false)) return;
    if (!is_in_transaction) session.cancel();
    session.last_result(wait);
  }
};

struct QueryResult::Impl {
  std::shared_ptr<Connection::Impl> connection;
  std::uint64_t statement = 0;
  std::vector<std::string> columns;
  std::vector<std::uint32_t> types;
  // The current row, or, before the first call of `next`, the first one.
  Result row;
  bool is_first = true;

  bool is_open() const { return connection->has_rows && connection->statement == statement; }

  void fetch() {
    row = connection->session.next_result(Wait::kUntilStopped);
    if (row != nullptr && PQresultStatus(row.get()) == PGRES_SINGLE_TUPLE) return;
    // The last one has no rows; it is an error, or says that all went well.
    connection->has_rows = false;
    const Result last = std::move(row);
    const Result rest = connection->session.last_result(Wait::kUntilStopped);
    connection->session.check(last.get());
    if (PQresultStatus(last.get()) == PGRES_COPY_IN) {
      connection->session.check(rest.get());
      throw Error(ErrorCode::kInvalidArgument, "COPY from the client is no query");
    }
    if (columns.empty()) describe(last.get());
  }

  void describe(const PGresult* result) {
    for (int i = 0; i < PQnfields(result); ++i) {
      columns.emplace_back(PQfname(result, i));
      types.push_back(PQftype(result, i));
    }
  }

  std::string_view value(std::size_t column) const {
    const int at = static_cast<int>(column);
    return {PQgetvalue(row.get(), 0, at), static_cast<std::size_t>(PQgetlength(row.get(), 0, at))};
  }
};

QueryResult::QueryResult(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult& QueryResult::operator=(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

const std::vector<std::string>& QueryResult::columns() const { return impl_->columns; }

const std::vector<std::uint32_t>& QueryResult::types() const { return impl_->types; }

bool QueryResult::next() {
  Impl& impl = *impl_;
  if (std::exchange(impl.is_first, false)) return impl.row != nullptr;
  impl.row.reset();
  if (!impl.is_open()) return false;
  impl.connection->session.cancellation().throw_if_requested();
  impl.fetch();
  return impl.row != nullptr;
}

bool QueryResult::is_null(std::size_t column) const {
  return PQgetisnull(impl_->row.get(), 0, static_cast<int>(column)) != 0;
}

std::string QueryResult::text(std::size_t column) const {
  if (is_null(column)) return {};
  return value_text(impl_->types.at(column), impl_->value(column));
}

Json QueryResult::json(std::size_t column) const {
  if (is_null(column)) return nullptr;
  return value_json(impl_->types.at(column), impl_->value(column));
}

std::int64_t QueryResult::integer(std::size_t column) const {
  if (is_null(column)) return 0;
  return value_integer(impl_->types.at(column), impl_->value(column));
}

struct CopyIn::Impl {
  std::shared_ptr<Connection::Impl> connection;
  bool is_open = true;

  Session& session() const { return connection->session; }

  void end(const char* error, Wait wait) {
    is_open = false;
    for (;;) {
      const int done = PQputCopyEnd(connection->get(), error);
      if (done > 0) break;
      if (done < 0) throw session().lost();
      session().wait_to_send(wait);
    }
    session().flush(wait);
  }
};

CopyIn::CopyIn(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CopyIn::CopyIn(CopyIn&&) noexcept = default;

CopyIn::~CopyIn() {
  if (impl_ == nullptr || !impl_->is_open || impl_->session().is_broken()) return;
  try {
    impl_->end("given up by the client", Wait::kBriefly);
    impl_->session().last_result(Wait::kBriefly);
  } catch (const std::exception&) {
    impl_->session().close();
  }
}

void CopyIn::write(std::string_view bytes) {
  Session& session = impl_->session();
  while (!bytes.empty()) {
    session.cancellation().throw_if_requested();
    const std::string_view chunk = bytes.substr(0, kCopyChunk);
    const int done = PQputCopyData(session.get(), chunk.data(), static_cast<int>(chunk.size()));
    if (done < 0) throw session.lost();
    if (done > 0) bytes.remove_prefix(chunk.size());
    // Else libpq would gather it all in memory.
    session.flush(Wait::kUntilStopped);
    session.look();
  }
}

std::int64_t CopyIn::finish() {
  impl_->end(nullptr, Wait::kUntilStopped);
  const Result result = impl_->session().last_result(Wait::kUntilStopped);
  impl_->session().check(result.get());
  return rows_changed(result.get());
}

Connection::Connection(const Address& address, const CancellationToken& cancellation)
    : impl_(std::make_shared<Impl>(address, cancellation)) {
  impl_->run(kSettings, {});
}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

std::int64_t Connection::execute(std::string_view sql, const std::vector<Parameter>& parameters) {
  return impl_->run(sql, parameters);
}

QueryResult Connection::query(std::string_view sql, const std::vector<Parameter>& parameters) {
  impl_->send(sql, parameters, Rows::kStream);
  auto result = std::make_unique<QueryResult::Impl>();
  result->connection = impl_;
  result->statement = impl_->statement;
  result->fetch();
  if (result->row != nullptr) result->describe(result->row.get());
  return QueryResult(std::move(result));
}

CopyIn Connection::copy_in(std::string_view sql) {
  impl_->send(sql, {}, Rows::kCount);
  const Result result = impl_->session.next_result(Wait::kUntilStopped);
  if (result == nullptr || PQresultStatus(result.get()) != PGRES_COPY_IN) {
    impl_->session.last_result(Wait::kUntilStopped);
    impl_->session.check(result.get());
    throw Error(ErrorCode::kInvalidArgument, "the statement is no COPY ... FROM STDIN");
  }
  auto copy = std::make_unique<CopyIn::Impl>();
  copy->connection = impl_;
  return CopyIn(std::move(copy));
}

void Connection::begin() { impl_->run("BEGIN", {}); }

void Connection::commit() {
  impl_->session.cancellation().throw_if_requested();
  impl_->end_rows(Wait::kUntilStopped);
  if (impl_->session.is_broken()) throw impl_->session.lost();
  try {
    impl_->send("COMMIT", {}, Rows::kCount, Wait::kForAnswer);
    const Result result = impl_->session.last_result(Wait::kForAnswer);
    impl_->session.check(result.get());
    if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return;
  } catch (const Error&) {
    if (!impl_->session.is_broken()) throw;
    impl_->is_outcome_unknown = true;
    throw Error(ErrorCode::kDestination,
                "the connection to PostgreSQL was lost while it committed: whether it did is not "
                "known",
                "try again: what was committed is not loaded twice", Retry::kYes);
  }
  throw Error(ErrorCode::kDestination,
              "PostgreSQL took the transaction back: a statement in it had failed");
}

bool Connection::is_outcome_unknown() const { return impl_->is_outcome_unknown; }

void Connection::rollback() noexcept {
  try {
    impl_->end_rows(Wait::kBriefly);
    if (!is_in_transaction()) return;
    impl_->run("ROLLBACK", {}, Wait::kBriefly);
  } catch (const std::exception&) {
    // The server takes the transaction back when the connection is gone.
    impl_->session.close();
  }
}

bool Connection::is_in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(impl_->get());
  return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

}  // namespace dlt::postgres
