// SPDX-License-Identifier: Apache-2.0
#include "arrow/arrays.hpp"

#include <cerrno>

#include "arrow/view.hpp"
#include "engine/database.hpp"
#include "schema/plain_json.hpp"

namespace dlt::arrow {
namespace {

struct SchemaStore {
  ArraySpec spec;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  std::unique_ptr<ArrowSchema> dictionary;
};

void release_schema(ArrowSchema* schema) {
  auto* store = static_cast<SchemaStore*>(schema->private_data);
  for (ArrowSchema& child : store->children) child.release(&child);
  if (store->dictionary) store->dictionary->release(store->dictionary.get());
  delete store;
  schema->release = nullptr;
}

ArrowSchema schema_of(const ArraySpec& spec) {
  auto* store = new SchemaStore{.spec = spec, .children = {}, .pointers = {}, .dictionary = {}};
  for (const ArraySpec& child : spec.children) store->children.push_back(schema_of(child));
  for (ArrowSchema& child : store->children) store->pointers.push_back(&child);
  if (spec.dictionary)
    store->dictionary = std::make_unique<ArrowSchema>(schema_of(*spec.dictionary));
  return {.format = store->spec.format.c_str(),
          .name = store->spec.name.c_str(),
          .metadata = nullptr,
          .flags = ARROW_FLAG_NULLABLE,
          .n_children = static_cast<std::int64_t>(store->children.size()),
          .children = store->pointers.data(),
          .dictionary = store->dictionary.get(),
          .release = release_schema,
          .private_data = store};
}

struct ArrayStore {
  ArraySpec spec;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  std::unique_ptr<ArrowArray> dictionary;
};

void release_array(ArrowArray* array) {
  auto* store = static_cast<ArrayStore*>(array->private_data);
  for (ArrowArray& child : store->children) child.release(&child);
  if (store->dictionary) store->dictionary->release(store->dictionary.get());
  delete store;
  array->release = nullptr;
}

ArrowArray array_of(const ArraySpec& spec) {
  auto* store =
      new ArrayStore{.spec = spec, .buffers = {}, .children = {}, .pointers = {}, .dictionary = {}};
  for (const std::string& buffer : store->spec.buffers)
    store->buffers.push_back(buffer.empty() ? nullptr : buffer.data());
  for (const ArraySpec& child : spec.children) store->children.push_back(array_of(child));
  for (ArrowArray& child : store->children) store->pointers.push_back(&child);
  if (spec.dictionary) store->dictionary = std::make_unique<ArrowArray>(array_of(*spec.dictionary));
  return {.length = spec.length,
          .null_count = spec.null_count,
          .offset = spec.offset,
          .n_buffers = static_cast<std::int64_t>(store->buffers.size()),
          .n_children = static_cast<std::int64_t>(store->children.size()),
          .buffers = store->buffers.data(),
          .children = store->pointers.data(),
          .dictionary = store->dictionary.get(),
          .release = release_array,
          .private_data = store};
}

ArraySpec rows_spec(std::vector<ArraySpec> columns) {
  const std::int64_t length = columns.empty() ? 0 : columns.front().length;
  return {.format = "+s", .length = length, .buffers = {""}, .children = std::move(columns)};
}

struct StreamStore {
  ArraySpec rows;
  std::string failure;
  bool done = false;
};

}  // namespace

OwnedSchema make_schema(const ArraySpec& spec) { return OwnedSchema(schema_of(spec)); }
OwnedArray make_array(const ArraySpec& spec) { return OwnedArray(array_of(spec)); }

std::shared_ptr<const Batch> make_batch(std::vector<ArraySpec> columns) {
  const ArraySpec rows = rows_spec(std::move(columns));
  const OwnedSchema schema = make_schema(rows);
  return std::make_shared<const Batch>(std::make_shared<const Type>(parse_type(*schema)),
                                       make_array(rows));
}

ArrowArrayStream make_stream(std::vector<ArraySpec> columns, std::string failure) {
  auto* store =
      new StreamStore{.rows = rows_spec(std::move(columns)), .failure = std::move(failure)};
  ArrowArrayStream stream = {};
  stream.private_data = store;
  stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    *out = schema_of(static_cast<StreamStore*>(self->private_data)->rows);
    return 0;
  };
  stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    auto* rows = static_cast<StreamStore*>(self->private_data);
    *out = {};
    if (!rows->done) {
      rows->done = true;
      *out = array_of(rows->rows);
      return 0;
    }
    return rows->failure.empty() ? 0 : EIO;
  };
  stream.get_last_error = [](ArrowArrayStream* self) {
    return static_cast<StreamStore*>(self->private_data)->failure.c_str();
  };
  stream.release = [](ArrowArrayStream* self) {
    delete static_cast<StreamStore*>(self->private_data);
    self->release = nullptr;
  };
  return stream;
}

std::vector<std::string> json_of(const Rows& rows) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    append_plain_json(result.emplace_back(),
                      View(rows.batch->data(), static_cast<std::int64_t>(rows.row(i))), false);
  }
  return result;
}

std::vector<Rows> rows_of(const std::string& sql) {
  const engine::Database database = engine::Database::in_memory();
  engine::Connection connection = database.connect();
  engine::ArrowResult result = connection.query_arrow(sql);
  OwnedSchema schema;
  result.schema(schema.out());
  const auto type = std::make_shared<const Type>(parse_type(*schema));
  std::vector<Rows> batches;
  std::uint64_t first = 0;
  for (OwnedArray array; result.next(array.out());) {
    auto batch = std::make_shared<const Batch>(type, std::move(array));
    batches.push_back({.batch = batch, .first_row = first});
    first += static_cast<std::uint64_t>(batch->rows());
    array = {};
  }
  return batches;
}

}  // namespace dlt::arrow
