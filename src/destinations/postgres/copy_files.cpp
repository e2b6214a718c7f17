// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/copy_files.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "core/batch_file.hpp"
#include "destinations/postgres/copy_encoder.hpp"
#include "destinations/postgres/value.hpp"
#include "destinations/sql/dialect.hpp"
#include "dlt/error.hpp"

namespace dlt::postgres {
namespace {

using Files = std::span<const std::filesystem::path>;

constexpr std::string_view kStaged = "pg_temp.dltpp_converted";

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> quoted_names(const std::vector<TableColumn>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const TableColumn& column : columns) names.push_back(sql::quote(column.name));
  return names;
}

/// The column of each field.
std::vector<TableColumn> targets_of(const std::vector<Field>& fields,
                                    const std::vector<TableColumn>& columns) {
  std::vector<TableColumn> targets;
  for (const Field& field : fields) {
    const auto found = std::ranges::find(columns, field.name, &TableColumn::name);
    if (found == columns.end()) {
      throw Error(ErrorCode::kDestination,
                  fmt::format("the table has no such column: '{}'", field.name))
          .add({.column = field.name});
    }
    targets.push_back(*found);
  }
  return targets;
}

void check_missing(const std::vector<Field>& fields, const std::vector<TableColumn>& columns) {
  for (const TableColumn& column : columns) {
    if (!column.not_null || column.has_default ||
        std::ranges::find(fields, column.name, &Field::name) != fields.end())
      continue;
    throw Error(ErrorCode::kNullViolation,
                fmt::format("no value for column '{}', which is not nullable at the destination",
                            column.name),
                "drop NOT NULL of the column at the destination, or give it a default")
        .add({.column = column.name});
  }
}

void copy_binary(Connection& connection, std::string_view table, Files files,
                 const std::vector<Field>& fields, const std::vector<TableColumn>& targets,
                 std::atomic<std::int64_t>* rows_copied) {
  CopyIn copy = connection.copy_in(
      fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", table, joined(quoted_names(targets))));
  CopyEncoder encoder(fields, targets, [&](std::string_view bytes) { copy.write(bytes); });
  RecordBatch batch;
  for (const std::filesystem::path& file : files) {
    const BatchFileReader reader(file);
    for (std::size_t i = 0; i < reader.batch_count(); ++i) {
      reader.read(i, batch);
      encoder.add(batch);
      if (rows_copied != nullptr) *rows_copied += batch.rows;
    }
  }
  encoder.finish();
  copy.finish();
}

/// The type that has every value of a field.
TableColumn own_column(const Field& field) {
  const auto with = [&](std::uint32_t type, std::string_view name) {
    return TableColumn{.name = field.name, .type = type, .type_name = std::string(name)};
  };
  switch (field.type) {
    case DataType::kText:
      return with(oid::kText, "text");
    case DataType::kBigint:
      return with(oid::kInt8, "bigint");
    case DataType::kDouble:
      return with(oid::kFloat8, "double precision");
    case DataType::kBool:
      return with(oid::kBool, "boolean");
    case DataType::kTimestamp:
      return field.timezone ? with(oid::kTimestamptz, "timestamp with time zone")
                            : with(oid::kTimestamp, "timestamp without time zone");
    case DataType::kDate:
      return with(oid::kDate, "date");
    case DataType::kTime:
      return with(oid::kTime, "time without time zone");
    case DataType::kDecimal:
    case DataType::kWei:
      return with(oid::kNumeric, "numeric");
    case DataType::kBinary:
      return with(oid::kBytea, "bytea");
    case DataType::kJson:
      return with(oid::kJson, "json");
  }
  return with(oid::kText, "text");
}

// Unchanged is what comes back the same. json has no equality, its text has.
void check_conversion(Connection& connection, const TableColumn& from, const TableColumn& to) {
  const std::string name = sql::quote(from.name);
  const std::string as_text = from.type == oid::kJson ? "::text" : "";
  QueryResult changed = connection.query(fmt::format(
      "SELECT {0}::text FROM {1} WHERE {0}::{2}::{3}{4} IS DISTINCT FROM {0}{4} LIMIT 1", name,
      kStaged, to.type_name, from.type_name, as_text));
  if (!changed.next()) return;
  throw Error(ErrorCode::kDestination,
              fmt::format("a value does not fit the column as it is at the destination: column "
                          "'{}', {}, value '{}'",
                          to.name, to.type_name, changed.text(0)),
              "change the column's type at the destination, or load into a new table");
}

void copy_converted(Connection& connection, const std::string& table, Files files,
                    const std::vector<Field>& fields, const std::vector<TableColumn>& targets,
                    std::atomic<std::int64_t>* rows_copied) {
  std::vector<TableColumn> own;
  std::vector<std::string> definitions;
  std::vector<std::string> converted;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool is_same = is_encodable(fields[i], targets[i]);
    own.push_back(is_same ? targets[i] : own_column(fields[i]));
    const std::string name = sql::quote(own[i].name);
    definitions.push_back(fmt::format("{} {}", name, own[i].type_name));
    converted.push_back(is_same ? name : fmt::format("{}::{}", name, targets[i].type_name));
  }
  connection.execute(fmt::format("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP",
                                 kStaged.substr(kStaged.find('.') + 1), joined(definitions)));
  copy_binary(connection, kStaged, files, fields, own, rows_copied);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (is_encodable(fields[i], targets[i])) continue;
    try {
      check_conversion(connection, own[i], targets[i]);
    } catch (Error& error) {
      error.add({.column = targets[i].name});
      throw;
    }
  }
  connection.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", table,
                                 joined(quoted_names(targets)), joined(converted), kStaged));
  connection.execute(fmt::format("DROP TABLE {}", kStaged));
}

}  // namespace

void copy_files(Connection& connection, const std::string& table,
                const std::vector<std::filesystem::path>& files,
                std::atomic<std::int64_t>* rows_copied) {
  const std::vector<TableColumn> columns = table_columns(connection, table);
  for (std::size_t first = 0, next = 0; first < files.size(); first = next) {
    const BatchFileReader reader(files[first]);
    const std::vector<Field>& fields = reader.fields();
    std::int64_t rows = reader.rows();
    for (next = first + 1; next < files.size(); ++next) {
      const BatchFileReader other(files[next]);
      if (other.fields() != fields) break;
      rows += other.rows();
    }
    if (rows == 0) continue;
    const std::vector<TableColumn> targets = targets_of(fields, columns);
    check_missing(fields, columns);
    const Files group = std::span(files).subspan(first, next - first);
    bool is_plain = true;
    for (std::size_t i = 0; i < fields.size(); ++i)
      is_plain = is_plain && is_encodable(fields[i], targets[i]);
    if (is_plain) {
      copy_binary(connection, table, group, fields, targets, rows_copied);
    } else {
      copy_converted(connection, table, group, fields, targets, rows_copied);
    }
  }
}

}  // namespace dlt::postgres
