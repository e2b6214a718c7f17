// SPDX-License-Identifier: Apache-2.0
#include "core/record_batch.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace dlt {
namespace {

constexpr std::size_t bits_to_bytes(std::int64_t bits) {
  return static_cast<std::size_t>((bits + 7) / 8);
}

std::size_t width_of(Layout layout) {
  switch (layout) {
    case Layout::kInt32:
      return 4;
    case Layout::kInt64:
    case Layout::kDouble:
      return 8;
    case Layout::kInt128:
      return 16;
    case Layout::kBits:
    case Layout::kVariable:
      return 0;
  }
  return 0;
}

bool bit_at(const Buffer& bits, std::int64_t row) {
  return (bits.as<std::uint8_t>()[row >> 3] >> (row & 7) & 1) != 0;
}

void set_bit(Buffer& bits, std::int64_t row) {
  bits.as<std::uint8_t>()[row >> 3] |= static_cast<std::uint8_t>(1U << (row & 7));
}

// Adds `count` bits of `from` to the `length` bits that `to` holds. Bits beyond the end of either
// are zero.
void append_bits(Buffer& to, std::int64_t length, const Buffer& from, std::int64_t count) {
  const int shift = static_cast<int>(length & 7);
  if (shift == 0) {
    to.truncate(bits_to_bytes(length));
    to.append(from.data(), bits_to_bytes(count));
    return;
  }
  to.resize(bits_to_bytes(length + count), std::byte{0});
  auto* out = to.as<std::uint8_t>() + (length >> 3);
  const auto* in = from.as<std::uint8_t>();
  const std::size_t bytes = bits_to_bytes(count);
  for (std::size_t i = 0; i < bytes; ++i) {
    out[i] = static_cast<std::uint8_t>(out[i] | in[i] << shift);
    const auto high = static_cast<std::uint8_t>(in[i] >> (8 - shift));
    if (high != 0) out[i + 1] = high;
  }
}

// Clears the bits from `from` to the end of its byte.
void clear_tail(Buffer& bits, std::int64_t from) {
  if ((from & 7) != 0)
    bits.as<std::uint8_t>()[from >> 3] &= static_cast<std::uint8_t>((1U << (from & 7)) - 1);
}

}  // namespace

Layout Field::layout() const {
  switch (type) {
    case DataType::kBool:
      return Layout::kBits;
    case DataType::kDate:
      return Layout::kInt32;
    case DataType::kBigint:
    case DataType::kTimestamp:
    case DataType::kTime:
      return Layout::kInt64;
    case DataType::kDouble:
      return Layout::kDouble;
    case DataType::kDecimal:
      return precision <= 38 ? Layout::kInt128 : Layout::kVariable;
    case DataType::kText:
    case DataType::kWei:
    case DataType::kBinary:
    case DataType::kJson:
      return Layout::kVariable;
  }
  return Layout::kVariable;
}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

Buffer::~Buffer() { std::free(data_); }

void Buffer::grow(std::size_t at_least) {
  const std::size_t capacity = std::max<std::size_t>({at_least, capacity_ * 2, 64});
  void* grown = std::realloc(data_, capacity);
  if (grown == nullptr) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(grown);
  capacity_ = capacity;
}

void Buffer::resize(std::size_t size, std::byte fill) {
  if (size > size_) {
    reserve(size);
    std::memset(data_ + size_, static_cast<int>(fill), size - size_);
  }
  size_ = size;
}

ColumnArray::ColumnArray(const Field& field) : layout_(field.layout()) {}

bool ColumnArray::is_null(std::int64_t row) const {
  return row >= length_ || !bit_at(validity_, row);
}

std::size_t ColumnArray::byte_size() const {
  return validity_.size() + offsets_.size() + values_.size();
}

void ColumnArray::pad(std::int64_t length) {
  if (length <= length_) return;
  validity_.resize(bits_to_bytes(length), std::byte{0});
  switch (layout_) {
    case Layout::kBits:
      values_.resize(bits_to_bytes(length), std::byte{0});
      break;
    case Layout::kVariable: {
      const auto end = static_cast<std::int32_t>(values_.size());
      if (offsets_.size() == 0) offsets_.push<std::int32_t>(0);
      for (std::int64_t row = length_; row < length; ++row) offsets_.push(end);
      break;
    }
    default:
      values_.resize(width_of(layout_) * static_cast<std::size_t>(length), std::byte{0});
  }
  null_count_ += length - length_;
  length_ = length;
}

void ColumnArray::append(const ColumnArray& other) {
  append_bits(validity_, length_, other.validity_, other.length_);
  switch (layout_) {
    case Layout::kBits:
      append_bits(values_, length_, other.values_, other.length_);
      break;
    case Layout::kVariable: {
      const auto base = static_cast<std::int32_t>(values_.size());
      if (offsets_.size() == 0) offsets_.push<std::int32_t>(0);
      const std::size_t at = offsets_.size();
      const auto rows = static_cast<std::size_t>(other.length_);
      offsets_.reserve(at + rows * sizeof(std::int32_t));
      const auto* in = other.offsets_.as<std::int32_t>();
      auto* out = reinterpret_cast<std::int32_t*>(offsets_.data() + at);
      for (std::size_t row = 0; row < rows; ++row) out[row] = base + in[row + 1];
      offsets_.truncate(at + rows * sizeof(std::int32_t));
      if (other.values_.size() != 0) values_.append(other.values_.data(), other.values_.size());
      break;
    }
    default:
      if (other.values_.size() != 0) values_.append(other.values_.data(), other.values_.size());
  }
  null_count_ += other.null_count_;
  length_ += other.length_;
}

void ColumnArray::truncate(std::int64_t length) {
  if (length >= length_) return;
  for (std::int64_t row = length; row < length_; ++row) {
    if (!bit_at(validity_, row)) --null_count_;
  }
  validity_.truncate(bits_to_bytes(length));
  clear_tail(validity_, length);
  switch (layout_) {
    case Layout::kBits:
      values_.truncate(bits_to_bytes(length));
      clear_tail(values_, length);
      break;
    case Layout::kVariable:
      values_.truncate(static_cast<std::size_t>(offsets_.as<std::int32_t>()[length]));
      offsets_.truncate((static_cast<std::size_t>(length) + 1) * sizeof(std::int32_t));
      break;
    default:
      values_.truncate(width_of(layout_) * static_cast<std::size_t>(length));
  }
  length_ = length;
}

void ColumnArray::clear() {
  length_ = 0;
  null_count_ = 0;
  validity_.clear();
  offsets_.clear();
  values_.clear();
}

void ColumnArray::mark_valid(std::int64_t row) {
  if (row > length_) pad(row);
  if ((row & 7) == 0) {
    validity_.push<std::uint8_t>(1);
  } else {
    set_bit(validity_, row);
  }
  length_ = row + 1;
}

void ColumnArray::set_bool(std::int64_t row, bool value) {
  mark_valid(row);
  if ((row & 7) == 0) {
    values_.push<std::uint8_t>(value ? 1 : 0);
  } else if (value) {
    set_bit(values_, row);
  }
}

void ColumnArray::set_int32(std::int64_t row, std::int32_t value) {
  mark_valid(row);
  values_.push(value);
}

void ColumnArray::set_int64(std::int64_t row, std::int64_t value) {
  mark_valid(row);
  values_.push(value);
}

void ColumnArray::set_int128(std::int64_t row, Int128 value) {
  mark_valid(row);
  values_.push(value);
}

void ColumnArray::set_double(std::int64_t row, double value) {
  mark_valid(row);
  values_.push(value);
}

void ColumnArray::set_bytes(std::int64_t row, std::string_view value) {
  mark_valid(row);
  if (offsets_.size() == 0) offsets_.push<std::int32_t>(0);
  values_.append(value.data(), value.size());
  offsets_.push(static_cast<std::int32_t>(values_.size()));
}

bool ColumnArray::bool_at(std::int64_t row) const { return bit_at(values_, row); }

Int128 ColumnArray::int128_at(std::int64_t row) const {
  Int128 value = 0;
  std::memcpy(&value, values_.data() + 16 * row, 16);
  return value;
}

std::string_view ColumnArray::bytes_at(std::int64_t row) const {
  const auto* offsets = offsets_.as<std::int32_t>();
  return {values_.as<char>() + offsets[row],
          static_cast<std::size_t>(offsets[row + 1] - offsets[row])};
}

std::size_t RecordBatch::add_column(const Field& field) {
  fields.push_back(field);
  columns.emplace_back(field);
  return columns.size() - 1;
}

void RecordBatch::finish() {
  for (ColumnArray& column : columns) column.pad(rows);
}

void RecordBatch::append(const RecordBatch& other) {
  for (std::size_t i = 0; i < other.columns.size(); ++i) {
    // Batches of one table nearly always have their columns in the same order.
    std::size_t here = i;
    if (here >= fields.size() || fields[here].name != other.fields[i].name) {
      here = 0;
      while (here < fields.size() && fields[here].name != other.fields[i].name) ++here;
      if (here == fields.size()) add_column(other.fields[i]);
    }
    columns[here].pad(rows);
    columns[here].append(other.columns[i]);
  }
  rows += other.rows;
}

std::size_t RecordBatch::byte_size() const {
  std::size_t bytes = 0;
  for (const ColumnArray& column : columns) bytes += column.byte_size();
  return bytes;
}

void RecordBatch::clear() {
  for (ColumnArray& column : columns) column.clear();
  rows = 0;
}

}  // namespace dlt
