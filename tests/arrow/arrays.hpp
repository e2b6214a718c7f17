// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrow/batch.hpp"

namespace dlt::arrow {

/// An array by hand: buffers are bytes, null where they are empty.
struct ArraySpec {
  std::string format = {};
  std::string name = {};
  std::int64_t length = 0;
  std::int64_t offset = 0;
  std::int64_t null_count = 0;
  std::vector<std::string> buffers = {};
  std::vector<ArraySpec> children = {};
  std::shared_ptr<ArraySpec> dictionary = {};
};

OwnedSchema make_schema(const ArraySpec& spec);
OwnedArray make_array(const ArraySpec& spec);
/// Rows of the columns given, all of one length.
std::shared_ptr<const Batch> make_batch(std::vector<ArraySpec> columns);
/// A stream of one batch; the second call of its `next` fails with `failure` unless it is empty.
ArrowArrayStream make_stream(std::vector<ArraySpec> columns, std::string failure = {});

/// The bytes of values, one after the other.
template <class T>
std::string bytes_of(std::vector<T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Each row that counts, as JSON.
std::vector<std::string> json_of(const Rows& rows);

/// What a query of DuckDB's yields, as its Arrow arrays.
std::vector<Rows> rows_of(const std::string& sql);

}  // namespace dlt::arrow
