// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include <duckdb.h>
#include <fmt/format.h>

#include "core/batch_file.hpp"
#include "core/decimal.hpp"
#include "dlt/error.hpp"
#include "engine/session.hpp"

// The table function `dltpp_batches(['path', ...])`: the rows of batch files, in parallel by batch.
// Its columns are the union of the files' fields by name.
namespace dlt::engine {
namespace {

constexpr idx_t kNoColumn = std::numeric_limits<idx_t>::max();

struct BatchPlace {
  std::size_t file = 0;
  std::size_t batch = 0;
};

/// What a scan reads; shared by its threads, constant after the bind.
struct Scan {
  std::shared_ptr<ScanMonitor> monitor;
  std::vector<std::unique_ptr<BatchFileReader>> files;
  std::vector<Field> fields;
  /// For each file: where in it each of `fields` is, or kNoColumn.
  std::vector<std::vector<idx_t>> places;
  std::vector<BatchPlace> batches;

  void add_file(const std::string& path) {
    files.push_back(std::make_unique<BatchFileReader>(path));
    const BatchFileReader& file = *files.back();
    std::vector<idx_t>& place = places.emplace_back(fields.size(), kNoColumn);
    for (std::size_t i = 0; i < file.fields().size(); ++i) {
      const Field& field = file.fields()[i];
      const auto known = std::ranges::find(fields, field.name, &Field::name);
      if (known != fields.end() && *known != field) {
        throw Error(ErrorCode::kInternal, "job files of one table disagree about a column's type")
            .add({.column = field.name, .file = path});
      }
      const auto index = static_cast<std::size_t>(known - fields.begin());
      if (known == fields.end()) {
        fields.push_back(field);
        place.push_back(kNoColumn);
      }
      place[index] = i;
    }
    for (std::size_t i = 0; i < file.batch_count(); ++i)
      batches.push_back({.file = files.size() - 1, .batch = i});
  }

  /// Call when all files were added.
  void finish() {
    for (std::vector<idx_t>& place : places) place.resize(fields.size(), kNoColumn);
  }

  std::int64_t rows() const {
    std::int64_t sum = 0;
    for (const auto& file : files) sum += file->rows();
    return sum;
  }
};

struct ScanState {
  std::atomic<std::size_t> next_batch = 0;
  /// Which of the scan's fields the query asks for, in the order of the output.
  std::vector<idx_t> projection;
};

/// What one thread has in hand. The strings of a chunk point into `batch`: DuckDB is done with a
/// chunk, or has copied it, before it asks for the next one.
struct ThreadState {
  RecordBatch batch;
  std::size_t file = 0;
  std::int64_t row = 0;
};

constexpr std::array<std::int64_t, 4> kMicroseconds = {1'000'000, 1'000, 1, 0};

/// 0: seconds, 1: milliseconds, 2: microseconds, 3: nanoseconds.
std::size_t unit_of(int precision) { return static_cast<std::size_t>((precision + 2) / 3); }

duckdb_logical_type simple(duckdb_type type) { return duckdb_create_logical_type(type); }

duckdb_logical_type timestamp_type(const Field& field) {
  constexpr std::array kLocal = {DUCKDB_TYPE_TIMESTAMP_S, DUCKDB_TYPE_TIMESTAMP_MS,
                                 DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP_NS};
  return simple(field.timezone ? DUCKDB_TYPE_TIMESTAMP_TZ : kLocal.at(unit_of(field.precision)));
}

// Wei without a precision is what an integer column of DuckDB takes at most.
int decimal_width(const Field& field) { return field.precision == 0 ? 38 : field.precision; }

duckdb_logical_type type_of(const Field& field) {
  // Microseconds are the finest that these two types have.
  const bool micros =
      field.type == DataType::kTime || (field.type == DataType::kTimestamp && field.timezone);
  const bool decimal = field.type == DataType::kDecimal || field.type == DataType::kWei;
  if ((micros && field.precision > 6) || (decimal && decimal_width(field) > 38)) {
    throw Error(ErrorCode::kInternal, fmt::format("DuckDB has no type for {} of precision {}",
                                                  to_string(field.type), field.precision))
        .add({.column = field.name});
  }
  switch (field.type) {
    case DataType::kText:
      return simple(DUCKDB_TYPE_VARCHAR);
    case DataType::kBigint:
      return simple(DUCKDB_TYPE_BIGINT);
    case DataType::kDouble:
      return simple(DUCKDB_TYPE_DOUBLE);
    case DataType::kBool:
      return simple(DUCKDB_TYPE_BOOLEAN);
    case DataType::kTimestamp:
      return timestamp_type(field);
    case DataType::kDate:
      return simple(DUCKDB_TYPE_DATE);
    case DataType::kTime:
      return simple(DUCKDB_TYPE_TIME);
    case DataType::kBinary:
      return simple(DUCKDB_TYPE_BLOB);
    case DataType::kDecimal:
    case DataType::kWei:
      return duckdb_create_decimal_type(static_cast<std::uint8_t>(decimal_width(field)),
                                        static_cast<std::uint8_t>(field.scale));
    case DataType::kJson: {
      // DuckDB's JSON is text under this name. As it is the column's very type, the text is not
      // parsed once more.
      duckdb_logical_type type = simple(DUCKDB_TYPE_VARCHAR);
      duckdb_logical_type_set_alias(type, "JSON");
      return type;
    }
  }
  return simple(DUCKDB_TYPE_VARCHAR);
}

/// A part of a column that goes to a vector.
struct Slice {
  const ColumnArray& column;
  const Field& field;
  std::int64_t from;
  std::int64_t count;
  duckdb_vector vector;

  template <typename T>
  T* out() const {
    return static_cast<T*>(duckdb_vector_get_data(vector));
  }
  template <typename T>
  const T* in() const {
    return column.values().as<T>() + from;
  }
};

template <typename T>
void copy_plain(const Slice& slice) {
  std::memcpy(slice.out<T>(), slice.in<T>(), sizeof(T) * static_cast<std::size_t>(slice.count));
}

void copy_bits(const Slice& slice) {
  bool* out = slice.out<bool>();
  for (std::int64_t i = 0; i < slice.count; ++i) out[i] = slice.column.bool_at(slice.from + i);
}

void copy_to_microseconds(const Slice& slice) {
  const std::int64_t factor = kMicroseconds.at(unit_of(slice.field.precision));
  if (factor == 1) return copy_plain<std::int64_t>(slice);
  const std::int64_t* in = slice.in<std::int64_t>();
  std::int64_t* out = slice.out<std::int64_t>();
  for (std::int64_t i = 0; i < slice.count; ++i) out[i] = in[i] * factor;
}

void copy_strings(const Slice& slice) {
  const std::int32_t* offsets = slice.column.offsets().as<std::int32_t>() + slice.from;
  const char* bytes = slice.column.values().as<char>();
  duckdb_string_t* out = slice.out<duckdb_string_t>();
  for (std::int64_t i = 0; i < slice.count; ++i) {
    const char* text = bytes + offsets[i];
    const auto length = static_cast<std::uint32_t>(offsets[i + 1] - offsets[i]);
    duckdb_string_t value{};
    if (length <= sizeof value.value.inlined.inlined) {
      value.value.inlined.length = length;
      if (length != 0) std::memcpy(value.value.inlined.inlined, text, length);
    } else {
      value.value.pointer.length = length;
      std::memcpy(value.value.pointer.prefix, text, sizeof value.value.pointer.prefix);
      value.value.pointer.ptr = const_cast<char*>(text);
    }
    out[i] = value;
  }
}

template <typename T>
void store_decimals(const Slice& slice, const auto& value_at) {
  T* out = slice.out<T>();
  for (std::int64_t i = 0; i < slice.count; ++i) {
    const Int128 value = slice.column.is_null(slice.from + i) ? 0 : value_at(slice.from + i);
    if constexpr (std::is_same_v<T, duckdb_hugeint>) {
      out[i] = {.lower = static_cast<std::uint64_t>(value),
                .upper = static_cast<std::int64_t>(value >> 64)};
    } else {
      out[i] = static_cast<T>(value);
    }
  }
}

// DuckDB keeps a decimal in as few bytes as its digits need.
void copy_decimals(const Slice& slice, const auto& value_at) {
  const int width = decimal_width(slice.field);
  if (width <= 4) return store_decimals<std::int16_t>(slice, value_at);
  if (width <= 9) return store_decimals<std::int32_t>(slice, value_at);
  if (width <= 18) return store_decimals<std::int64_t>(slice, value_at);
  return store_decimals<duckdb_hugeint>(slice, value_at);
}

Int128 wei_of(std::string_view text, const Field& field) {
  const std::optional<Decimal> value = parse_decimal(text);
  if (value) {
    const ScaledDecimal scaled = scale_decimal(*value, decimal_width(field), field.scale);
    if (scaled.fit == Fit::kExact) return scaled.value;
  }
  throw Error(ErrorCode::kBadRecord,
              fmt::format("a number does not fit its column: DECIMAL({},{}), value '{}'",
                          decimal_width(field), field.scale, text))
      .add({.column = field.name});
}

void copy_values(const Slice& slice) {
  switch (slice.field.type) {
    case DataType::kBool:
      return copy_bits(slice);
    case DataType::kDate:
      return copy_plain<std::int32_t>(slice);
    case DataType::kBigint:
      return copy_plain<std::int64_t>(slice);
    case DataType::kDouble:
      return copy_plain<double>(slice);
    case DataType::kTimestamp:
      return slice.field.timezone ? copy_to_microseconds(slice) : copy_plain<std::int64_t>(slice);
    case DataType::kTime:
      return copy_to_microseconds(slice);
    case DataType::kText:
    case DataType::kJson:
    case DataType::kBinary:
      return copy_strings(slice);
    case DataType::kDecimal:
      return copy_decimals(slice,
                           [&slice](std::int64_t row) { return slice.column.int128_at(row); });
    case DataType::kWei:
      return copy_decimals(slice, [&slice](std::int64_t row) {
        return wei_of(slice.column.bytes_at(row), slice.field);
      });
  }
}

// Rows start at multiples of the vector size, so that the bits of a chunk begin with a byte.
void copy_validity(const Slice& slice) {
  if (slice.column.null_count() == 0) return;
  duckdb_vector_ensure_validity_writable(slice.vector);
  std::memcpy(duckdb_vector_get_validity(slice.vector),
              slice.column.validity().as<std::uint8_t>() + slice.from / 8,
              static_cast<std::size_t>((slice.count + 7) / 8));
}

void all_null(duckdb_vector vector, std::int64_t count) {
  duckdb_vector_ensure_validity_writable(vector);
  std::memset(duckdb_vector_get_validity(vector), 0,
              static_cast<std::size_t>((count + 63) / 64) * 8);
}

// What is set up by one thread is read by others, in an order that only DuckDB knows of:
// ThreadSanitizer, which does not see into it, learns it here.
std::atomic<std::uint64_t> scans_begun = 0;

/// Puts the next rows into `output`, none at the end.
void fill(const Scan& scan, ScanState& state, ThreadState& thread, duckdb_data_chunk output) {
  scans_begun.load(std::memory_order_acquire);
  while (thread.row >= thread.batch.rows) {
    scan.monitor->cancellation.throw_if_requested();
    const std::size_t next = state.next_batch.fetch_add(1);
    if (next >= scan.batches.size()) {
      duckdb_data_chunk_set_size(output, 0);
      return;
    }
    thread.file = scan.batches[next].file;
    thread.row = 0;
    scan.files[thread.file]->read(scan.batches[next].batch, thread.batch);
  }
  const auto count = std::min<std::int64_t>(thread.batch.rows - thread.row,
                                            static_cast<std::int64_t>(duckdb_vector_size()));
  for (std::size_t i = 0; i < state.projection.size(); ++i) {
    const idx_t field = state.projection[i];
    // Not a field of ours: the row number that DuckDB asks for when it only counts.
    if (field >= scan.fields.size()) continue;
    duckdb_vector vector = duckdb_data_chunk_get_vector(output, i);
    const idx_t place = scan.places[thread.file][field];
    if (place == kNoColumn || thread.batch.columns[place].null_count() == thread.batch.rows) {
      all_null(vector, count);
      continue;
    }
    const Slice slice{.column = thread.batch.columns[place],
                      .field = scan.fields[field],
                      .from = thread.row,
                      .count = count,
                      .vector = vector};
    copy_validity(slice);
    copy_values(slice);
  }
  thread.row += count;
  if (std::atomic<std::int64_t>* rows = scan.monitor->rows) *rows += count;
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(count));
}

template <typename T>
void destroy(void* object) {
  delete static_cast<T*>(object);
}

// Exceptions must not go through DuckDB: it is told the message, and the statement throws what the
// monitor keeps.
template <typename Body, typename SetError>
void guarded(ScanMonitor& monitor, const Body& body, const SetError& set_error) {
  try {
    body();
  } catch (const std::exception& error) {
    monitor.fail(std::current_exception());
    set_error(error.what());
  }
}

std::string taken_text(duckdb_value value) {
  char* text = duckdb_get_varchar(value);
  std::string result = text != nullptr ? text : "";
  duckdb_free(text);
  duckdb_destroy_value(&value);
  return result;
}

void bind_scan(duckdb_bind_info info) {
  auto& monitors = *static_cast<std::shared_ptr<ScanMonitors>*>(duckdb_bind_get_extra_info(info));
  duckdb_client_context context = nullptr;
  duckdb_table_function_get_client_context(info, &context);
  const std::shared_ptr<ScanMonitor> monitor =
      monitors->find(duckdb_client_context_get_connection_id(context));
  duckdb_destroy_client_context(&context);
  guarded(
      *monitor,
      [&] {
        auto scan = std::make_unique<Scan>();
        scan->monitor = monitor;
        duckdb_value paths = duckdb_bind_get_parameter(info, 0);
        const idx_t count = duckdb_is_null_value(paths) ? 0 : duckdb_get_list_size(paths);
        std::vector<std::string> names;
        for (idx_t i = 0; i < count; ++i)
          names.push_back(taken_text(duckdb_get_list_child(paths, i)));
        duckdb_destroy_value(&paths);
        for (const std::string& name : names) scan->add_file(name);
        scan->finish();
        if (scan->fields.empty())
          throw Error(ErrorCode::kInvalidArgument, "dltpp_batches was given no file with columns");
        for (const Field& field : scan->fields) {
          duckdb_logical_type type = type_of(field);
          duckdb_bind_add_result_column(info, field.name.c_str(), type);
          duckdb_destroy_logical_type(&type);
        }
        duckdb_bind_set_cardinality(info, static_cast<idx_t>(scan->rows()), true);
        duckdb_bind_set_bind_data(info, scan.release(), destroy<Scan>);
      },
      [info](const char* message) { duckdb_bind_set_error(info, message); });
}

void init_scan(duckdb_init_info info) {
  const auto& scan = *static_cast<const Scan*>(duckdb_init_get_bind_data(info));
  auto state = std::make_unique<ScanState>();
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    state->projection.push_back(duckdb_init_get_column_index(info, i));
  }
  duckdb_init_set_max_threads(info, std::max<idx_t>(scan.batches.size(), 1));
  scans_begun.fetch_add(1, std::memory_order_release);
  duckdb_init_set_init_data(info, state.release(), destroy<ScanState>);
}

void init_thread(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new ThreadState, destroy<ThreadState>);
}

// Without ThreadSanitizer's code, so that DuckDB is in the stack of no race that is found in
// `fill`: tests/tsan.supp takes those out.
[[gnu::no_sanitize_thread]] void run_scan(duckdb_function_info info, duckdb_data_chunk output) {
  const auto& scan = *static_cast<const Scan*>(duckdb_function_get_bind_data(info));
  guarded(
      *scan.monitor,
      [&] {
        fill(scan, *static_cast<ScanState*>(duckdb_function_get_init_data(info)),
             *static_cast<ThreadState*>(duckdb_function_get_local_init_data(info)), output);
      },
      [info](const char* message) { duckdb_function_set_error(info, message); });
}

}  // namespace

void register_batch_scan(duckdb_connection connection, std::shared_ptr<ScanMonitors> monitors) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, "dltpp_batches");
  duckdb_logical_type text = simple(DUCKDB_TYPE_VARCHAR);
  duckdb_logical_type texts = duckdb_create_list_type(text);
  duckdb_table_function_add_parameter(function, texts);
  duckdb_destroy_logical_type(&texts);
  duckdb_destroy_logical_type(&text);
  duckdb_table_function_set_extra_info(function,
                                       new std::shared_ptr<ScanMonitors>(std::move(monitors)),
                                       destroy<std::shared_ptr<ScanMonitors>>);
  duckdb_table_function_set_bind(function, bind_scan);
  duckdb_table_function_set_init(function, init_scan);
  duckdb_table_function_set_local_init(function, init_thread);
  duckdb_table_function_set_function(function, run_scan);
  duckdb_table_function_supports_projection_pushdown(function, true);
  const duckdb_state state = duckdb_register_table_function(connection, function);
  duckdb_destroy_table_function(&function);
  if (state != DuckDBSuccess)
    throw Error(ErrorCode::kInternal, "DuckDB refuses the table function dltpp_batches");
}

}  // namespace dlt::engine
