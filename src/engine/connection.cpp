// SPDX-License-Identifier: Apache-2.0
#include "engine/connection.hpp"

#include <optional>
#include <utility>

#include <duckdb.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "engine/duckdb_error.hpp"
#include "engine/session.hpp"
#include "engine/value.hpp"

namespace dlt::engine {
namespace {

// DuckDB's objects with their destructors.
struct Statements {
  duckdb_extracted_statements handle = nullptr;
  ~Statements() { duckdb_destroy_extracted(&handle); }
};
struct Prepared {
  duckdb_prepared_statement handle = nullptr;
  ~Prepared() { duckdb_destroy_prepare(&handle); }
};
struct Pending {
  duckdb_pending_result handle = nullptr;
  ~Pending() { duckdb_destroy_pending(&handle); }
};
struct Result {
  duckdb_result handle = {};
  Result() = default;
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() { duckdb_destroy_result(&handle); }
};

std::string_view view(const char* text) {
  return text != nullptr ? std::string_view(text) : std::string_view();
}

enum class Rows { kCount, kStream };

std::int64_t utc_microseconds(const Timestamp& value) {
  return value.seconds * 1'000'000 + value.nanoseconds / 1'000;
}

void bind(duckdb_prepared_statement statement, idx_t index, const Parameter& parameter) {
  const auto bound = std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) return duckdb_bind_null(statement, index);
        if constexpr (std::is_same_v<T, bool>) return duckdb_bind_boolean(statement, index, value);
        if constexpr (std::is_same_v<T, std::int64_t>)
          return duckdb_bind_int64(statement, index, value);
        if constexpr (std::is_same_v<T, double>) return duckdb_bind_double(statement, index, value);
        if constexpr (std::is_same_v<T, std::string>) {
          return duckdb_bind_varchar_length(statement, index, value.data(), value.size());
        }
        if constexpr (std::is_same_v<T, Timestamp>) {
          return duckdb_bind_timestamp_tz(statement, index, {utc_microseconds(value)});
        }
      },
      parameter);
  if (bound != DuckDBSuccess) throw translate_error(view(duckdb_prepare_error(statement)));
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string quote_identifier(std::string_view name) { return quoted(name, '"'); }

std::string quote_literal(std::string_view text) { return quoted(text, '\''); }

RawConnection::RawConnection(duckdb_database database) {
  if (duckdb_connect(database, &connection_) != DuckDBSuccess) {
    throw Error(ErrorCode::kDestination, "DuckDB gives no connection", "open the database again",
                Retry::kYes);
  }
}

RawConnection::~RawConnection() {
  settle_workers();
  duckdb_disconnect(&connection_);
}

// A worker of DuckDB 1.4 may look at the connection once more after the query that it worked for
// has ended (mended by duckdb/duckdb#19373): it must be gone before the connection is. Workers are
// joined when there are to be fewer of them.
void RawConnection::settle_workers() const {
  // A failed transaction would let nothing more be said.
  duckdb_query(connection_, "ROLLBACK", nullptr);
  Result threads;
  if (duckdb_query(connection_, "SELECT current_setting('threads')", &threads.handle) !=
      DuckDBSuccess)
    return;
  const std::int64_t count = duckdb_value_int64(&threads.handle, 0, 0);
  if (count <= 1) return;
  duckdb_query(connection_, "SET GLOBAL threads = 1", nullptr);
  duckdb_query(connection_, fmt::format("SET GLOBAL threads = {}", count).c_str(), nullptr);
}

void RawConnection::run(const std::string& sql) const {
  Result result;
  if (duckdb_query(connection_, sql.c_str(), &result.handle) != DuckDBSuccess) {
    throw translate_error(view(duckdb_result_error(&result.handle)));
  }
}

struct Connection::Impl {
  std::shared_ptr<const void> keep_alive;
  RawConnection connection;
  std::shared_ptr<ScanMonitors> monitors;
  std::shared_ptr<ScanMonitor> monitor = std::make_shared<ScanMonitor>();
  idx_t id = 0;
  std::string file;

  Impl(const Instance& instance, std::shared_ptr<const void> alive, CancellationToken token)
      : keep_alive(std::move(alive)),
        connection(instance.database),
        monitors(instance.monitors),
        file(instance.file) {
    monitor->cancellation = std::move(token);
    duckdb_client_context context = nullptr;
    duckdb_connection_get_client_context(connection.get(), &context);
    id = duckdb_client_context_get_connection_id(context);
    duckdb_destroy_client_context(&context);
    monitors->add(id, monitor);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { monitors->remove(id); }

  [[noreturn]] void fail(std::string_view message) {
    if (const std::exception_ptr error = monitor->take_error()) std::rethrow_exception(error);
    Error error = translate_error(message);
    if (error.code() == ErrorCode::kInterrupted)
      throw Error(ErrorCode::kInterrupted, "stopped on request");
    if (error.code() == ErrorCode::kIo) error.add({.file = file});
    throw error;
  }

  /// Runs the statements and leaves the result of the last one in `result`.
  void run(std::string_view sql, const std::vector<Parameter>& parameters, Rows rows,
           Result& result) {
    monitor->cancellation.throw_if_requested();
    monitor->take_error();
    Statements statements;
    const std::string text(sql);
    const idx_t count =
        duckdb_extract_statements(connection.get(), text.c_str(), &statements.handle);
    if (count == 0) {
      const std::string_view message = view(duckdb_extract_statements_error(statements.handle));
      if (!message.empty()) fail(message);
      throw Error(ErrorCode::kInvalidArgument, "there is no statement to run");
    }
    if (count != 1 && !parameters.empty()) {
      throw Error(ErrorCode::kInvalidArgument,
                  "parameters go with one statement, not with several");
    }
    for (idx_t i = 0; i < count; ++i) {
      duckdb_destroy_result(&result.handle);
      run_one(statements.handle, i, parameters, i + 1 == count ? rows : Rows::kCount, result);
    }
  }

  void run_one(duckdb_extracted_statements statements, idx_t index,
               const std::vector<Parameter>& parameters, Rows rows, Result& result) {
    Prepared prepared;
    if (duckdb_prepare_extracted_statement(connection.get(), statements, index, &prepared.handle) !=
        DuckDBSuccess) {
      fail(view(duckdb_prepare_error(prepared.handle)));
    }
    const idx_t expected = duckdb_nparams(prepared.handle);
    if (expected != parameters.size()) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("wrong number of parameters: the statement has {}, {} were given",
                              expected, parameters.size()));
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) bind(prepared.handle, i + 1, parameters[i]);

    const CancellationCallback on_cancel(monitor->cancellation,
                                         [this] { duckdb_interrupt(connection.get()); });
    Pending pending;
    const duckdb_state started =
        rows == Rows::kStream ? duckdb_pending_prepared_streaming(prepared.handle, &pending.handle)
                              : duckdb_pending_prepared(prepared.handle, &pending.handle);
    if (started != DuckDBSuccess) fail(view(duckdb_pending_error(pending.handle)));
    // Starting a statement takes back an interruption that came just before; from here on it holds.
    monitor->cancellation.throw_if_requested();
    if (duckdb_execute_pending(pending.handle, &result.handle) != DuckDBSuccess) {
      const std::string_view message = view(duckdb_result_error(&result.handle));
      fail(message.empty() ? view(duckdb_pending_error(pending.handle)) : message);
    }
  }
};

namespace {

/// A result that streams, chunk by chunk.
struct Chunks {
  std::shared_ptr<Connection::Impl> connection;
  Result result;
  /// The one that is in memory.
  duckdb_data_chunk chunk = nullptr;
  std::optional<CancellationCallback> on_cancel;

  explicit Chunks(std::shared_ptr<Connection::Impl> owner) : connection(std::move(owner)) {}
  Chunks(const Chunks&) = delete;
  Chunks& operator=(const Chunks&) = delete;
  ~Chunks() { duckdb_destroy_data_chunk(&chunk); }

  void run(std::string_view sql, const std::vector<Parameter>& parameters) {
    connection->run(sql, parameters, Rows::kStream, result);
    on_cancel.emplace(connection->monitor->cancellation,
                      [owner = connection.get()] { duckdb_interrupt(owner->connection.get()); });
  }

  /// Goes to the next chunk; false after the last.
  bool fetch() {
    connection->monitor->cancellation.throw_if_requested();
    duckdb_destroy_data_chunk(&chunk);
    chunk = duckdb_fetch_chunk(result.handle);
    if (chunk != nullptr) return true;
    const std::string_view message = view(duckdb_result_error(&result.handle));
    if (!message.empty()) connection->fail(message);
    // An interrupted stream just ends.
    connection->monitor->cancellation.throw_if_requested();
    return false;
  }
};

}  // namespace

struct QueryResult::Impl : Chunks {
  std::vector<ResultColumn> columns;
  std::vector<ValueType> types;
  // Of the chunk that is in memory.
  std::vector<duckdb_vector> vectors;
  idx_t row = 0;
  idx_t rows = 0;
  bool ended = false;

  using Chunks::Chunks;

  void describe() {
    for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
      duckdb_logical_type type = duckdb_column_logical_type(&result.handle, i);
      types.push_back(ValueType::of(type));
      duckdb_destroy_logical_type(&type);
      columns.push_back({.name = std::string(view(duckdb_column_name(&result.handle, i))),
                         .type = types.back().name});
    }
  }

  bool fetch_rows() {
    if (!fetch()) return false;
    rows = duckdb_data_chunk_get_size(chunk);
    vectors.clear();
    for (std::size_t i = 0; i < types.size(); ++i)
      vectors.push_back(duckdb_data_chunk_get_vector(chunk, i));
    return true;
  }
};

QueryResult::QueryResult(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult& QueryResult::operator=(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

const std::vector<ResultColumn>& QueryResult::columns() const { return impl_->columns; }

bool QueryResult::next() {
  Impl& impl = *impl_;
  if (impl.ended) return false;
  ++impl.row;
  while (impl.row >= impl.rows) {
    impl.row = 0;
    impl.rows = 0;
    if (!impl.fetch_rows()) {
      impl.ended = true;
      return false;
    }
  }
  return true;
}

bool QueryResult::is_null(std::size_t column) const {
  std::uint64_t* validity = duckdb_vector_get_validity(impl_->vectors.at(column));
  return validity != nullptr && !duckdb_validity_row_is_valid(validity, impl_->row);
}

std::string QueryResult::text(std::size_t column) const {
  if (is_null(column)) return {};
  return value_text(impl_->types.at(column), impl_->vectors.at(column), impl_->row);
}

Json QueryResult::json(std::size_t column) const {
  return value_json(impl_->types.at(column), impl_->vectors.at(column), impl_->row);
}

std::int64_t QueryResult::integer(std::size_t column) const {
  if (is_null(column)) return 0;
  return value_integer(impl_->types.at(column), impl_->vectors.at(column), impl_->row);
}

struct ArrowResult::Impl : Chunks {
  duckdb_arrow_options options = nullptr;

  using Chunks::Chunks;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { duckdb_destroy_arrow_options(&options); }

  /// Throws what DuckDB says, if it says something.
  void check(duckdb_error_data said) {
    if (said == nullptr) return;
    const bool failed = duckdb_error_data_has_error(said);
    const std::string message(view(duckdb_error_data_message(said)));
    duckdb_destroy_error_data(&said);
    if (failed) connection->fail(message);
  }
};

ArrowResult::ArrowResult(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ArrowResult::ArrowResult(ArrowResult&&) noexcept = default;
ArrowResult& ArrowResult::operator=(ArrowResult&&) noexcept = default;
ArrowResult::~ArrowResult() = default;

void ArrowResult::schema(ArrowSchema* out) {
  duckdb_result& result = impl_->result.handle;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (idx_t i = 0; i < duckdb_column_count(&result); ++i) {
    types.push_back(duckdb_column_logical_type(&result, i));
    names.push_back(duckdb_column_name(&result, i));
  }
  const duckdb_error_data said =
      duckdb_to_arrow_schema(impl_->options, types.data(), names.data(), types.size(), out);
  for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
  impl_->check(said);
}

bool ArrowResult::next(ArrowArray* out) {
  if (!impl_->fetch()) return false;
  impl_->check(duckdb_data_chunk_to_arrow(impl_->options, impl_->chunk, out));
  return true;
}

Connection make_connection(const Instance& instance, std::shared_ptr<const void> keep_alive,
                           CancellationToken cancellation) {
  auto impl =
      std::make_shared<Connection::Impl>(instance, std::move(keep_alive), std::move(cancellation));
  impl->connection.run(fmt::format("USE {}", quote_identifier(instance.catalog)));
  impl->connection.run("SET SESSION TimeZone = 'UTC'");
  return Connection(std::move(impl));
}

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

std::int64_t Connection::execute(std::string_view sql, const std::vector<Parameter>& parameters) {
  Result result;
  impl_->run(sql, parameters, Rows::kCount, result);
  return static_cast<std::int64_t>(duckdb_rows_changed(&result.handle));
}

QueryResult Connection::query(std::string_view sql, const std::vector<Parameter>& parameters) {
  auto result = std::make_unique<QueryResult::Impl>(impl_);
  result->run(sql, parameters);
  result->describe();
  return QueryResult(std::move(result));
}

ArrowResult Connection::query_arrow(std::string_view sql,
                                    const std::vector<Parameter>& parameters) {
  auto result = std::make_unique<ArrowResult::Impl>(impl_);
  result->run(sql, parameters);
  result->options = duckdb_result_get_arrow_options(&result->result.handle);
  return ArrowResult(std::move(result));
}

std::int64_t Connection::execute_scan(std::string_view sql, std::atomic<std::int64_t>& rows) {
  struct Watch {
    ScanMonitor& monitor;
    ~Watch() { monitor.rows = nullptr; }
  } const watch{*impl_->monitor};
  watch.monitor.rows = &rows;
  return execute(sql);
}

void Connection::rollback() noexcept {
  Result result;
  duckdb_query(impl_->connection.get(), "ROLLBACK", &result.handle);
}

void Connection::interrupt() { duckdb_interrupt(impl_->connection.get()); }

}  // namespace dlt::engine
