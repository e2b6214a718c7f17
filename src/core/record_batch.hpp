// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dlt/data_type.hpp>

#include "core/int128.hpp"

namespace dlt {

/// How a column's values lie in memory: Arrow's physical layouts.
enum class Layout {
  kBits,      ///< bool: one bit a value, least significant first
  kInt32,     ///< date: days since 1970-01-01
  kInt64,     ///< bigint; timestamp and time: units since the epoch or midnight
  kInt128,    ///< decimal of up to 38 digits: unscaled, little-endian
  kDouble,    ///< double
  kVariable,  ///< text, json, binary, wei and longer decimals (as decimal text): 32-bit offsets and
              ///< bytes
};

/// A column's name and type as a batch needs it.
struct Field {
  std::string name = {};
  DataType type = DataType::kText;
  /// Decimal and wei: digits and scale. Timestamp and time: digits of the fraction; the unit is s
  /// (0), ms (to 3), us (to 6), ns (to 9). Bigint: bits; text: characters; binary: bytes. All as
  /// the destination's column has them, which is not always what the schema asks for; 0 for
  /// decimal, wei, bigint, text and binary: as much as the layout holds.
  int precision = 0;
  int scale = 0;
  /// Timestamps: UTC, as opposed to a local time without zone.
  bool timezone = true;

  Layout layout() const;
  friend bool operator==(const Field&, const Field&) = default;
};

/// A growing array of plain values. Memory is kept by `clear`, is not initialized, and is moved,
/// never copied.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  const std::byte* data() const { return data_; }
  std::byte* data() { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  void clear() { size_ = 0; }
  void truncate(std::size_t size) { size_ = size; }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  void append(const void* bytes, std::size_t count) {
    if (count == 0) return;  // then either may be null, which memcpy does not take
    if (size_ + count > capacity_) grow(size_ + count);
    __builtin_memcpy(data_ + size_, bytes, count);
    size_ += count;
  }
  template <typename T>
  void push(T value) {
    append(&value, sizeof value);
  }
  /// Sets the size; new bytes are `fill`.
  void resize(std::size_t size, std::byte fill);
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_);
  }
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(data_);
  }

 private:
  void grow(std::size_t at_least);

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A column under construction or finished. Rows are set in ascending order; rows that are passed
/// over are null.
class ColumnArray {
 public:
  explicit ColumnArray(const Field& field);

  Layout layout() const { return layout_; }
  /// Rows so far; the next value may be set for this row or a later one.
  std::int64_t length() const { return length_; }
  std::int64_t null_count() const { return null_count_; }
  bool is_null(std::int64_t row) const;
  /// Bytes that the buffers hold now.
  std::size_t byte_size() const;

  void set_bool(std::int64_t row, bool value);
  void set_int32(std::int64_t row, std::int32_t value);
  void set_int64(std::int64_t row, std::int64_t value);
  void set_int128(std::int64_t row, Int128 value);
  void set_double(std::int64_t row, double value);
  void set_bytes(std::int64_t row, std::string_view value);
  /// Makes the column `length` rows long; rows that were not set are null.
  void pad(std::int64_t length);
  /// Adds the rows of another column of the same layout.
  void append(const ColumnArray& other);
  /// Takes back every row from `length` on.
  void truncate(std::int64_t length);
  void clear();

  bool bool_at(std::int64_t row) const;
  std::int32_t int32_at(std::int64_t row) const { return values_.as<std::int32_t>()[row]; }
  std::int64_t int64_at(std::int64_t row) const { return values_.as<std::int64_t>()[row]; }
  Int128 int128_at(std::int64_t row) const;
  double double_at(std::int64_t row) const { return values_.as<double>()[row]; }
  std::string_view bytes_at(std::int64_t row) const;

  /// Arrow's buffers. Validity: a bit a row, 1 is valid. Values: fixed-width values or bits; for
  /// kVariable the bytes.
  const Buffer& validity() const { return validity_; }
  const Buffer& values() const { return values_; }
  /// kVariable only: length + 1 offsets of 32 bits into `values`.
  const Buffer& offsets() const { return offsets_; }

  /// For readers of batch files, who fill the buffers themselves and then say what they hold.
  Buffer& validity_storage() { return validity_; }
  Buffer& offsets_storage() { return offsets_; }
  Buffer& values_storage() { return values_; }
  void set_length(std::int64_t length, std::int64_t null_count) {
    length_ = length;
    null_count_ = null_count;
  }

 private:
  void mark_valid(std::int64_t row);

  Layout layout_;
  std::int64_t length_ = 0;
  std::int64_t null_count_ = 0;
  Buffer validity_;
  Buffer offsets_;
  Buffer values_;
};

/// Rows of one table, a column each field, all of the same length. A column that is missing at the
/// end is null throughout.
struct RecordBatch {
  std::vector<Field> fields = {};
  std::vector<ColumnArray> columns = {};
  std::int64_t rows = 0;

  /// Adds a column of nulls and returns its index.
  std::size_t add_column(const Field& field);
  /// Makes every column `rows` long.
  void finish();
  /// Adds the rows of another batch; its columns are matched by name, and those that are new here
  /// are added.
  void append(const RecordBatch& other);
  std::size_t byte_size() const;
  /// Forgets the rows, keeps fields and memory.
  void clear();
};

}  // namespace dlt
