// SPDX-License-Identifier: Apache-2.0
#include "schema/system_tables.hpp"

#include <nlohmann/json.hpp>

namespace dlt {
namespace {

constexpr int kIdLength = 64;

Column required(std::string name, DataType type) {
  return {.name = std::move(name), .data_type = type, .nullable = false};
}

Column optional(std::string name, DataType type) {
  return {.name = std::move(name), .data_type = type, .nullable = true};
}

Column id(std::string name) {
  return {.name = std::move(name),
          .data_type = DataType::kText,
          .nullable = false,
          .precision = kIdLength};
}

Table system_table(std::string_view name, std::vector<Column> columns, Json properties) {
  return {.name = std::string(name),
          .columns = std::move(columns),
          .properties = std::make_shared<const Json>(std::move(properties))};
}

}  // namespace

Table version_table() {
  return system_table(
      kVersionTable,
      {required("version", DataType::kBigint), required("engine_version", DataType::kBigint),
       required("inserted_at", DataType::kTimestamp), required("schema_name", DataType::kText),
       required("version_hash", DataType::kText), required("schema", DataType::kText)},
      {{"write_disposition", "skip"},
       {"resource", kVersionTable},
       {"description", "Created by DLT. Tracks schema updates"}});
}

Table loads_table() {
  return system_table(
      kLoadsTable,
      {id("load_id"), optional("schema_name", DataType::kText),
       required("status", DataType::kBigint), required("inserted_at", DataType::kTimestamp),
       optional("schema_version_hash", DataType::kText)},
      {{"write_disposition", "skip"},
       {"resource", kLoadsTable},
       {"description", "Created by DLT. Tracks completed loads"}});
}

Table pipeline_state_table() {
  return system_table(
      kStateTable,
      {required("version", DataType::kBigint), required("engine_version", DataType::kBigint),
       required("pipeline_name", DataType::kText), required("state", DataType::kText),
       required("created_at", DataType::kTimestamp), optional("version_hash", DataType::kText),
       id("_dlt_load_id")},
      {{"write_disposition", "append"}, {"file_format", "preferred"}, {"resource", kStateTable}});
}

Column row_id_column() {
  Column column = id("_dlt_id");
  column.hints = std::make_shared<const Json>(Json{{"unique", true}, {"row_key", true}});
  return column;
}

}  // namespace dlt
