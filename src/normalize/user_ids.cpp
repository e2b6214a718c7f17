// SPDX-License-Identifier: Apache-2.0
#include "normalize/user_ids.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "engine/database.hpp"

namespace dlt::normalize {
namespace {

constexpr std::int64_t kIdBatchRows = 65'536;

enum Column : std::size_t { kTable, kId, kFile, kLine, kUnit };

}  // namespace

UserIds::UserIds(std::filesystem::path path) : path_(std::move(path)) {
  for (const char* name : {"table", "id", "file"})
    batch_.add_column({.name = name, .type = DataType::kText});
  batch_.add_column({.name = "line", .type = DataType::kBigint});
  batch_.add_column({.name = "unit", .type = DataType::kText});
}

UserIds::~UserIds() = default;

void UserIds::add(const std::string& table, std::string_view id, const ErrorContext& place) {
  const std::int64_t row = batch_.rows++;
  batch_.columns[kTable].set_bytes(row, table);
  batch_.columns[kId].set_bytes(row, id);
  batch_.columns[kFile].set_bytes(row, place.file);
  batch_.columns[kLine].set_int64(
      row, static_cast<std::int64_t>(place.line != 0 ? place.line : place.row));
  batch_.columns[kUnit].set_bytes(row, place.line != 0 ? "line" : "row");
  if (batch_.rows == kIdBatchRows) flush();
}

void UserIds::flush() {
  if (batch_.rows == 0) return;
  if (!writer_) writer_ = std::make_unique<BatchFileWriter>(path_);
  batch_.finish();
  writer_->write(batch_);
  batch_.clear();
}

void UserIds::check() {
  flush();
  if (!writer_) return;
  writer_->finish();
  engine::Connection connection =
      engine::Database::in_memory(
          {.memory_limit = "64MB", .temp_directory = path_.string() + ".tmp"})
          .connect();
  engine::QueryResult doubled = connection.query(fmt::format(
      R"(SELECT "table", id, list_sort(list(file || ' ' || unit || ' ' || line))[1:2] AS places FROM dltpp_batches([{}])
                     GROUP BY "table", id HAVING count(*) > 1 ORDER BY "table", id LIMIT 1)",
      engine::quote_literal(path_.string())));
  if (doubled.next()) {
    const std::string table = doubled.text(0);
    const Json places = doubled.json(2);
    Error error(ErrorCode::kBadRecord,
                fmt::format("two records bring the same '_dlt_id' '{}': {} and {}", doubled.text(1),
                            places.at(0).get<std::string>(), places.at(1).get<std::string>()),
                "row ids have to differ: mend the records, or rename the field");
    throw error.add({.table = table});
  }
  files::remove(path_);
  files::remove_all(path_.string() + ".tmp");
}

}  // namespace dlt::normalize
