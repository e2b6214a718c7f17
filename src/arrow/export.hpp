// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <dlt/arrow.hpp>

#include "core/record_batch.hpp"

namespace dlt::arrow {

/// Fills `out` with the type of rows of these fields: a struct. Text, JSON and wei are UTF-8,
/// timestamps in UTC or without zone.
void export_schema(const std::vector<Field>& fields, ArrowSchema* out);

/// Fills `out` with the rows, which live as long as the array does.
void export_batch(RecordBatch batch, ArrowArray* out);

/// Batches that somebody else pulls.
class Producer {
 public:
  virtual ~Producer() = default;
  /// Fills `out` with the type of the rows.
  virtual void schema(ArrowSchema* out) = 0;
  /// Fills `out` with the next rows; false after the last.
  virtual bool next(ArrowArray* out) = 0;
};

/// Fills `out` with a stream that ends `producer` when it is released. What the producer throws,
/// the stream reports as its error.
void export_stream(std::unique_ptr<Producer> producer, ArrowArrayStream* out);

}  // namespace dlt::arrow
