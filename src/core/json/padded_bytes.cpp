// SPDX-License-Identifier: Apache-2.0
#include "core/json/padded_bytes.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace dlt {

PaddedBytes::PaddedBytes(PaddedBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

PaddedBytes& PaddedBytes::operator=(PaddedBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

PaddedBytes::~PaddedBytes() { std::free(data_); }

void PaddedBytes::resize(std::size_t size) {
  if (size > capacity_) reallocate(std::max(size, capacity_ + capacity_ / 2));
  size_ = size;
}

void PaddedBytes::reserve(std::size_t capacity) {
  if (capacity > capacity_ || data_ == nullptr) reallocate(capacity);
}

void PaddedBytes::append(std::string_view bytes) {
  const std::size_t before = size_;
  reserve(before);
  resize(before + bytes.size());
  if (!bytes.empty()) std::memcpy(data_ + before, bytes.data(), bytes.size());
}

void PaddedBytes::clear_and_shrink(std::size_t capacity) {
  size_ = 0;
  if (capacity_ <= capacity) return;
  std::free(std::exchange(data_, nullptr));
  capacity_ = 0;
}

void PaddedBytes::reallocate(std::size_t capacity) {
  void* grown = std::realloc(data_, capacity + kJsonPadding);
  if (grown == nullptr) throw std::bad_alloc();
  data_ = static_cast<char*>(grown);
  capacity_ = capacity;
}

}  // namespace dlt
