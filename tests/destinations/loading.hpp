// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/batch_file.hpp"
#include "core/temporary_folder.hpp"
#include "destinations/destination.hpp"

namespace dlt {

inline Schema schema_with(const std::vector<Table>& tables, const std::string& name = "golden") {
  Schema schema(name);
  for (const Table& table : tables) schema.update_table(table);
  schema.bump_version();
  return schema;
}

/// A batch file of rows of integers named `column`.
inline std::filesystem::path write_numbers(const std::filesystem::path& path,
                                           const std::string& column, std::int64_t first,
                                           std::int64_t rows, std::int64_t rows_a_batch = 8192) {
  BatchFileWriter writer(path);
  for (std::int64_t at = 0; at < rows; at += rows_a_batch) {
    RecordBatch batch;
    batch.add_column({.name = column, .type = DataType::kBigint});
    batch.rows = std::min(rows_a_batch, rows - at);
    for (std::int64_t row = 0; row < batch.rows; ++row)
      batch.columns[0].set_int64(row, first + at + row);
    writer.write(batch);
  }
  writer.finish();
  return path;
}

/// A batch file of one row.
inline std::filesystem::path write_value(const std::filesystem::path& path, const Field& field,
                                         const std::function<void(ColumnArray&)>& set) {
  RecordBatch batch;
  batch.add_column(field);
  set(batch.columns[0]);
  batch.rows = 1;
  batch.finish();
  BatchFileWriter writer(path);
  writer.write(batch);
  writer.finish();
  return path;
}

inline std::vector<const Table*> data_tables(const Schema& schema) {
  std::vector<const Table*> tables;
  for (const Table& table : schema.tables()) {
    if (!schema.is_system_name(table.name)) tables.push_back(&table);
  }
  return tables;
}

/// Loads files into table `t` of the schema as a package does.
inline SchemaUpdate load(DestinationClient& client, const Schema& schema,
                         const std::string& load_id,
                         const std::vector<std::filesystem::path>& files) {
  const auto transaction = client.begin();
  SchemaUpdate update = transaction->migrate(schema, data_tables(schema));
  if (!files.empty()) transaction->load({.tables = {{schema.find_table("t"), files}}}, {});
  transaction->store_schema(schema);
  transaction->complete_load(load_id, schema);
  transaction->commit();
  return update;
}

/// The first column of the rows of a query, joined by commas; NULL for a null.
inline std::string ask(DestinationClient& client, const std::string& sql) {
  std::string answer;
  const auto rows = client.query(sql);
  while (rows->next()) {
    if (!answer.empty()) answer += ",";
    answer += rows->is_null(0) ? "NULL" : rows->text(0);
  }
  return answer;
}

inline std::string ask(Destination& destination, const std::string& sql) {
  return ask(*destination.open("d", {}), sql);
}

}  // namespace dlt
