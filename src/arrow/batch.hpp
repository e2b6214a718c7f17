// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dlt/arrow.hpp>

#include "arrow/type.hpp"

namespace dlt::arrow {

/// An Arrow struct of the C interface, released by the destructor.
template <class Struct>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Struct moved) : value_(moved) {}
  Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, {})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Owned() {
    if (value_.release != nullptr) value_.release(&value_);
  }

  /// For a function that fills it. Empty before.
  Struct* out() { return &value_; }
  Struct& operator*() { return value_; }
  const Struct& operator*() const { return value_; }
  Struct* operator->() { return &value_; }
  const Struct* operator->() const { return &value_; }
  /// Whether it was filled and not released.
  explicit operator bool() const { return value_.release != nullptr; }
  /// Gives it away.
  Struct take() { return std::exchange(value_, {}); }

 private:
  Struct value_ = {};
};

using OwnedArray = Owned<ArrowArray>;
using OwnedSchema = Owned<ArrowSchema>;
using OwnedStream = Owned<ArrowArrayStream>;

/// One array with its buffers at hand, and those of its children.
struct ColumnData {
  const Type* type = nullptr;
  std::int64_t length = 0;
  std::int64_t offset = 0;
  /// One bit a row, 1 is valid; null: all are.
  const std::uint8_t* validity = nullptr;
  /// Values, or offsets, or keys of a dictionary.
  const std::byte* values = nullptr;
  /// Text and binary: the bytes that the offsets lead into.
  const char* bytes = nullptr;
  /// Views: the buffers that they lead into.
  const void* const* variadic = nullptr;
  std::vector<ColumnData> children = {};
};

/// Rows of Arrow's: a struct array. Immutable; views of its rows live as long as it does.
class Batch {
 public:
  /// Takes the array over. Throws kBadRecord when it is not one of this type.
  Batch(std::shared_ptr<const Type> type, OwnedArray array);
  /// Of columns whose buffers are in `storage`.
  Batch(std::shared_ptr<const Type> type, ColumnData data, std::shared_ptr<const void> storage)
      : type_(std::move(type)), storage_(std::move(storage)), data_(std::move(data)) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::int64_t rows() const { return data_.length; }
  const Type& type() const { return *type_; }
  const ColumnData& data() const { return data_; }

 private:
  std::shared_ptr<const Type> type_;
  std::shared_ptr<const void> storage_;
  ColumnData data_;
};

/// Rows of a source: a batch, where it stands in the source, and which of its rows count.
struct Rows {
  std::shared_ptr<const Batch> batch = {};
  /// Number of the batch's first row in the source, from 0.
  std::uint64_t first_row = 0;
  /// Ascending, in the batch. Not said: all.
  std::optional<std::vector<std::uint32_t>> taken = {};

  std::size_t count() const {
    return taken ? taken->size() : static_cast<std::size_t>(batch->rows());
  }
  /// The row in the batch that is number `index` of those that count.
  std::size_t row(std::size_t index) const { return taken ? (*taken)[index] : index; }
};

}  // namespace dlt::arrow
