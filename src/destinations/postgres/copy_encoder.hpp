// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/record_batch.hpp"
#include "destinations/postgres/table_columns.hpp"

namespace dlt::postgres {

/// Whether values of a field can be written in the binary form of a column's type. For other pairs
/// the server converts.
bool is_encodable(const Field& field, const TableColumn& column);

/// Makes the bytes of COPY ... FROM STDIN (FORMAT binary) of record batches.
class CopyEncoder {
 public:
  /// Is handed some hundred KB at a time; the bytes are good during the call only.
  using Sink = std::function<void(std::string_view)>;

  /// `columns` are where the values of `fields` go, one for each; each pair must be encodable.
  CopyEncoder(const std::vector<Field>& fields, const std::vector<TableColumn>& columns, Sink sink);
  ~CopyEncoder();

  /// `batch` has the fields. Throws kDestination, naming the column and the value, for one that the
  /// column would change or does not take, before it is handed on; kNullViolation.
  void add(const RecordBatch& batch);
  /// Hands on what is left, and the end.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dlt::postgres
