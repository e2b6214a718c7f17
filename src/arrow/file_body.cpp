// SPDX-License-Identifier: Apache-2.0
#include "arrow/file_body.hpp"

#include <cstring>

namespace dlt::arrow {
namespace {

// More than any batch has; sums and products below stay within 64 bits.
constexpr std::int64_t kMostRows = std::int64_t{1} << 40;

std::uint64_t bytes_of_bits(std::uint64_t rows) { return (rows + 7) / 8; }

/// Whether `count` values of `width` bytes are there.
bool holds(std::uint64_t bytes, std::uint64_t count, int width) {
  return width == 0 || bytes / static_cast<std::uint64_t>(width) >= count;
}

/// Whether the offsets of all rows ascend, from 0 to `end` at most.
template <class Offset>
bool ascends(const std::byte* offsets, std::uint64_t rows, std::uint64_t end) {
  Offset before = 0;
  for (std::uint64_t row = 0; row <= rows; ++row) {
    Offset offset = 0;
    std::memcpy(&offset, offsets + row * sizeof offset, sizeof offset);
    if (offset < before) return false;
    before = offset;
  }
  return static_cast<std::uint64_t>(before) <= end;
}

bool has_offsets(const Type& type, const ArrayHeader& header, const ColumnData& data,
                 std::uint64_t rows, std::uint64_t end) {
  if (rows == 0) return true;
  if (!holds(header.values_bytes, rows + 1, type.width)) return false;
  return type.width == 4 ? ascends<std::int32_t>(data.values, rows, end)
                         : ascends<std::int64_t>(data.values, rows, end);
}

/// Whether the rows of an array, its children read, lie within its buffers.
bool is_whole(const Type& type, const ArrayHeader& header, const ColumnData& data) {
  const auto rows = static_cast<std::uint64_t>(data.length + data.offset);
  if (header.validity_bytes > 0 && header.validity_bytes < bytes_of_bits(rows)) return false;
  const auto child_rows = [&](std::size_t child) {
    return static_cast<std::uint64_t>(data.children[child].length);
  };
  switch (type.kind) {
    case TypeKind::kNull:
      return true;
    case TypeKind::kBool:
      return header.values_bytes >= bytes_of_bits(rows);
    case TypeKind::kText:
    case TypeKind::kBinary:
      return has_offsets(type, header, data, rows, header.text_bytes);
    case TypeKind::kList:
      return has_offsets(type, header, data, rows, child_rows(0));
    case TypeKind::kFixedList:
      return holds(child_rows(0), rows, type.width);
    case TypeKind::kStruct:
      for (std::size_t child = 0; child < data.children.size(); ++child) {
        if (child_rows(child) < rows) return false;
      }
      return true;
    case TypeKind::kDictionary:
      // Keys are looked at when they are looked up.
      return holds(header.values_bytes, rows, type.children.back().width);
    default:
      return holds(header.values_bytes, rows, type.width);
  }
}

}  // namespace

template <class T>
bool BodyReader::read(std::uint64_t count, std::vector<T>& values) {
  if (count > body_.size() / sizeof(T)) return false;
  const char* from = take(count * sizeof(T));
  if (!fits_) return false;
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), from, count * sizeof(T));
  return true;
}

const char* BodyReader::take(std::uint64_t bytes) {
  const char* at = body_.data() + used_;
  const std::size_t left = body_.size() - used_;
  fits_ = fits_ && bytes <= left && aligned(bytes) <= left;
  if (fits_) used_ += aligned(bytes);
  return at;
}

bool BodyReader::read_taken(std::uint64_t count, std::vector<std::uint32_t>& taken) {
  return read(count, taken);
}

bool BodyReader::read_arrays(std::uint64_t count, const Type& type, ColumnData& data) {
  return read(count, headers_) && build(type, data) && next_ == headers_.size() &&
         used_ == body_.size();
}

bool BodyReader::build(const Type& type, ColumnData& data) {
  if (next_ == headers_.size()) return false;
  const ArrayHeader& header = headers_[next_++];
  const auto is_count = [](std::int64_t rows) { return rows >= 0 && rows <= kMostRows; };
  if (!is_count(header.length) || !is_count(header.offset)) return false;
  data.type = &type;
  data.length = header.length;
  data.offset = header.offset;
  const char* validity = take(header.validity_bytes);
  const char* values = take(header.values_bytes);
  const char* text = take(header.text_bytes);
  if (!fits_) return false;
  if (header.validity_bytes > 0) data.validity = reinterpret_cast<const std::uint8_t*>(validity);
  data.values = reinterpret_cast<const std::byte*>(values);
  data.bytes = text;
  // A dictionary's keys were this array.
  const std::size_t children = type.kind == TypeKind::kDictionary ? 1 : type.children.size();
  data.children.resize(children);
  for (std::size_t i = 0; i < children; ++i) {
    if (!build(type.children[i], data.children[i])) return false;
  }
  return is_whole(type, header, data);
}

}  // namespace dlt::arrow
