// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/postgres_client.hpp"

#include <fmt/format.h>

#include "destinations/postgres/copy_files.hpp"
#include "destinations/postgres/types.hpp"

namespace dlt::postgres {
namespace {

std::string set_search_path(const sql::Place& place) {
  return fmt::format("SET search_path TO {}, public", place.text());
}

std::string drop_unique(const std::string& table, std::string_view column) {
  return fmt::format(
      "DO {}",
      sql::literal(fmt::format(
          "DECLARE name text; BEGIN FOR name IN SELECT c.conname FROM pg_catalog.pg_constraint c "
          "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = "
          "ARRAY[a.attnum] WHERE c.conrelid = {0}::regclass AND c.contype = 'u' AND a.attname = "
          "{1} LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', {0}, name); END LOOP; END",
          sql::literal(table), sql::literal(column))));
}

constexpr sql::Dialect kDialect = {
    .column_type = column_type,
    .drop_unique = drop_unique,
    .analyze = "ANALYZE",
    .columns_query =
        "SELECT c.relname, a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON "
        "c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
        "n.nspname = $1 AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT "
        "a.attisdropped",
    .table_query =
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
    .dataset_query = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1",
    .set_search_path = set_search_path,
    .lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
    .migration = sql::MigrationScope::kOwn,
    .before_migration = "SET LOCAL lock_timeout = '2s'"};

/// A load whose rows are sent by COPY.
class PostgresLoad final : public sql::SqlLoad {
 public:
  PostgresLoad(const sql::Target& target, PostgresSession& session,
               std::atomic<std::int64_t>* rows_copied)
      : SqlLoad(target, session), connection_(session.connection()), rows_copied_(rows_copied) {}

 protected:
  // One stream: the rows come in their order.
  void copy(const std::string& table, const std::vector<std::filesystem::path>& files,
            sql::RowOrder /*order*/) override {
    copy_files(connection_, table, files, rows_copied_);
  }

 private:
  Connection& connection_;
  std::atomic<std::int64_t>* rows_copied_;
};

}  // namespace

PostgresClient::PostgresClient(Connection connection, const Capabilities& capabilities,
                               const std::string& dataset, sql::Constraints constraints,
                               const ClientOptions& options)
    : SqlClient({.dialect = kDialect,
                 .capabilities = capabilities,
                 .dataset = dataset,
                 .place = sql::Place(dataset),
                 .constraints = constraints,
                 .lock_timeout = options.lock_timeout,
                 .waits = options.waits,
                 .cancellation = options.cancellation}),
      session_(std::move(connection)),
      rows_copied_(options.rows_copied) {
  session_.execute(fmt::format("SET lock_timeout = {}", options.lock_timeout.count()));
  if (options.access == QueryAccess::kReadOnly)
    session_.execute("SET default_transaction_read_only = on");
}

std::unique_ptr<LoadTransaction> PostgresClient::begin() {
  return std::make_unique<PostgresLoad>(target(), session_, rows_copied_);
}

}  // namespace dlt::postgres
