// SPDX-License-Identifier: Apache-2.0
#include "arrow/export.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt::arrow {
namespace {

/// The letter of a unit, by digits of the fraction of a second.
char unit_letter(const Field& field) {
  if (field.precision == 0) return 's';
  if (field.precision <= 3) return 'm';
  return field.precision <= 6 ? 'u' : 'n';
}

std::string format_of(const Field& field) {
  switch (field.type) {
    case DataType::kBool:
      return "b";
    case DataType::kBigint:
      return "l";
    case DataType::kDouble:
      return "g";
    case DataType::kDate:
      return "tdD";
    case DataType::kTime:
      // Finer ones have 64 bits in Arrow, as they have here; seconds and milliseconds 32.
      return unit_letter(field) == 'n' ? "ttn" : "ttu";
    case DataType::kTimestamp:
      return fmt::format("ts{}:{}", unit_letter(field), field.timezone ? "UTC" : "");
    case DataType::kDecimal:
      if (field.layout() == Layout::kInt128)
        return fmt::format("d:{},{}", field.precision > 0 ? field.precision : 38, field.scale);
      return "u";
    case DataType::kBinary:
      return "z";
    default:
      return "u";
  }
}

/// A field's schema, and those of its children.
struct SchemaStore {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
};

void release_schema(ArrowSchema* schema) {
  const std::unique_ptr<SchemaStore> store(static_cast<SchemaStore*>(schema->private_data));
  for (ArrowSchema& child : store->children) {
    if (child.release != nullptr) child.release(&child);
  }
  schema->release = nullptr;
}

void fill_schema(std::unique_ptr<SchemaStore> store, ArrowSchema* out) {
  for (ArrowSchema& child : store->children) store->pointers.push_back(&child);
  *out = {.format = store->format.c_str(),
          .name = store->name.c_str(),
          .metadata = nullptr,
          .flags = ARROW_FLAG_NULLABLE,
          .n_children = static_cast<std::int64_t>(store->children.size()),
          .children = store->pointers.data(),
          .dictionary = nullptr,
          .release = release_schema,
          .private_data = nullptr};
  out->private_data = store.release();
}

/// An array's buffers; whoever took a child out of the struct keeps all of the rows.
struct ArrayStore {
  std::shared_ptr<const RecordBatch> batch;
  std::array<const void*, 3> buffers = {};
  std::vector<ArrowArray> children = {};
  std::vector<ArrowArray*> pointers = {};
};

void release_array(ArrowArray* array) {
  const std::unique_ptr<ArrayStore> store(static_cast<ArrayStore*>(array->private_data));
  for (ArrowArray& child : store->children) {
    if (child.release != nullptr) child.release(&child);
  }
  array->release = nullptr;
}

void fill_array(std::unique_ptr<ArrayStore> store, std::int64_t rows, std::int64_t nulls,
                std::int64_t buffers, ArrowArray* out) {
  for (ArrowArray& child : store->children) store->pointers.push_back(&child);
  *out = {.length = rows,
          .null_count = nulls,
          .offset = 0,
          .n_buffers = buffers,
          .n_children = static_cast<std::int64_t>(store->children.size()),
          .buffers = store->buffers.data(),
          .children = store->pointers.data(),
          .dictionary = nullptr,
          .release = release_array,
          .private_data = nullptr};
  out->private_data = store.release();
}

void fill_column(const std::shared_ptr<const RecordBatch>& batch, std::size_t index,
                 ArrowArray* out) {
  // What an empty column has for a buffer, which must be there.
  static constexpr std::array<std::int64_t, 2> kZeros = {};
  const ColumnArray& column = batch->columns[index];
  const auto there = [](const Buffer& buffer) -> const void* {
    return buffer.size() == 0 ? static_cast<const void*>(kZeros.data()) : buffer.data();
  };
  auto store = std::make_unique<ArrayStore>();
  store->batch = batch;
  if (column.null_count() != 0) store->buffers[0] = column.validity().data();
  const bool is_variable = column.layout() == Layout::kVariable;
  store->buffers[1] = there(is_variable ? column.offsets() : column.values());
  if (is_variable) store->buffers[2] = there(column.values());
  fill_array(std::move(store), batch->rows, column.null_count(), is_variable ? 3 : 2, out);
}

struct StreamStore {
  std::unique_ptr<Producer> producer;
  std::string error;
};

/// Runs `action` on the stream's producer; 0, or EIO after it threw.
template <class Action>
int guarded(ArrowArrayStream* stream, Action action) {
  auto& store = *static_cast<StreamStore*>(stream->private_data);
  try {
    action(*store.producer);
    return 0;
  } catch (const Error& error) {
    store.error = error.describe();
  } catch (const std::exception& error) {
    store.error = error.what();
  }
  return EIO;
}

}  // namespace

void export_schema(const std::vector<Field>& fields, ArrowSchema* out) {
  auto rows = std::make_unique<SchemaStore>();
  rows->format = "+s";
  rows->children.resize(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto column = std::make_unique<SchemaStore>();
    column->format = format_of(fields[i]);
    column->name = fields[i].name;
    fill_schema(std::move(column), &rows->children[i]);
  }
  fill_schema(std::move(rows), out);
}

void export_batch(RecordBatch batch, ArrowArray* out) {
  batch.finish();
  const auto shared = std::make_shared<const RecordBatch>(std::move(batch));
  auto rows = std::make_unique<ArrayStore>();
  rows->batch = shared;
  rows->children.resize(shared->columns.size());
  for (std::size_t i = 0; i < shared->columns.size(); ++i)
    fill_column(shared, i, &rows->children[i]);
  fill_array(std::move(rows), shared->rows, 0, 1, out);
}

void export_stream(std::unique_ptr<Producer> producer, ArrowArrayStream* out) {
  auto store = std::make_unique<StreamStore>();
  store->producer = std::move(producer);
  *out = {};
  out->get_schema = [](ArrowArrayStream* self, ArrowSchema* schema) {
    *schema = {};
    return guarded(self, [schema](Producer& rows) { rows.schema(schema); });
  };
  out->get_next = [](ArrowArrayStream* self, ArrowArray* array) {
    *array = {};
    return guarded(self, [array](Producer& rows) { rows.next(array); });
  };
  out->get_last_error = [](ArrowArrayStream* self) -> const char* {
    const std::string& error = static_cast<StreamStore*>(self->private_data)->error;
    return error.empty() ? nullptr : error.c_str();
  };
  out->release = [](ArrowArrayStream* self) {
    const std::unique_ptr<StreamStore> owned(static_cast<StreamStore*>(self->private_data));
    self->release = nullptr;
  };
  out->private_data = store.release();
}

}  // namespace dlt::arrow
