// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/query_batches.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/hash/base64.hpp"
#include "destinations/postgres/value.hpp"
#include "dlt/error.hpp"
#include "schema/coercion.hpp"
#include "schema/store.hpp"

namespace dlt::postgres {
namespace {

// As many as DuckDB has in a vector, about.
constexpr std::int64_t kRows = 4'096;

Field field_of(std::string name, std::uint32_t type) {
  Field field{.name = std::move(name)};
  constexpr int kMicroseconds = 6;
  switch (type) {
    case oid::kBool:
      field.type = DataType::kBool;
      break;
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
    case oid::kOid:
      field.type = DataType::kBigint;
      break;
    case oid::kFloat4:
    case oid::kFloat8:
      field.type = DataType::kDouble;
      break;
    case oid::kBytea:
      field.type = DataType::kBinary;
      break;
    case oid::kDate:
      field.type = DataType::kDate;
      break;
    case oid::kTime:
      field.type = DataType::kTime;
      field.precision = kMicroseconds;
      break;
    case oid::kTimestamp:
    case oid::kTimestamptz:
      field.type = DataType::kTimestamp;
      field.precision = kMicroseconds;
      field.timezone = type == oid::kTimestamptz;
      break;
    default:
      break;
  }
  return field;
}

class QueryBatches final : public arrow::Producer {
 public:
  explicit QueryBatches(QueryResult rows) : rows_(std::move(rows)) {
    for (std::size_t i = 0; i < rows_.columns().size(); ++i)
      fields_.push_back(field_of(rows_.columns()[i], rows_.types()[i]));
  }

  void schema(ArrowSchema* out) override { arrow::export_schema(fields_, out); }

  bool next(ArrowArray* out) override {
    RecordBatch batch;
    for (const Field& field : fields_) batch.add_column(field);
    for (; batch.rows < kRows && rows_.next(); ++batch.rows) {
      for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (!rows_.is_null(i)) set(fields_[i], i, batch.columns[i], batch.rows);
      }
    }
    if (batch.rows == 0) return false;
    arrow::export_batch(std::move(batch), out);
    return true;
  }

 private:
  void set(const Field& field, std::size_t column, ColumnArray& array, std::int64_t row) const {
    switch (field.type) {
      case DataType::kBool:
        return array.set_bool(row, rows_.integer(column) != 0);
      case DataType::kBigint:
        return array.set_int64(row, rows_.integer(column));
      case DataType::kDouble:
        return array.set_double(row, std::strtod(rows_.text(column).c_str(), nullptr));
      case DataType::kText:
        return array.set_bytes(row, rows_.text(column));
      case DataType::kBinary:
        return array.set_bytes(row, hex_decode(rows_.text(column)).value());
      default:
        break;
    }
    const std::string text = rows_.text(column);
    const std::optional<Value> value = coerce(field.type, Value::text(text));
    if (value && store(field, *value, array, row) != StoreResult::kOutOfRange) return;
    throw Error(ErrorCode::kDestination,
                fmt::format("'{}' in column '{}' is no {} that Arrow has", text, field.name,
                            to_string(field.type)),
                "cast it to text in the query");
  }

  QueryResult rows_;
  std::vector<Field> fields_;
};

}  // namespace

std::unique_ptr<arrow::Producer> batches_of(QueryResult rows) {
  return std::make_unique<QueryBatches>(std::move(rows));
}

}  // namespace dlt::postgres
