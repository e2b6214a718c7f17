// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace dlt {

/// Bytes past the end of a JSON text that must be readable (of any content): parsers and scanners
/// read whole vectors.
inline constexpr std::size_t kJsonPadding = 64;

/// A growing run of bytes with kJsonPadding readable bytes after its end. Memory is not
/// initialized, is kept by `clear`, and is moved, never copied.
class PaddedBytes {
 public:
  PaddedBytes() = default;
  explicit PaddedBytes(std::string_view bytes) { append(bytes); }
  PaddedBytes(PaddedBytes&& other) noexcept;
  PaddedBytes& operator=(PaddedBytes&& other) noexcept;
  ~PaddedBytes();

  const char* data() const { return data_; }
  char* data() { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_, size_}; }

  void clear() { size_ = 0; }
  /// New bytes are whatever the memory held; the bytes up to the old size are kept.
  void resize(std::size_t size);
  void reserve(std::size_t capacity);
  void append(std::string_view bytes);
  /// Empties it and gives memory beyond `capacity` back: for a block that once held a huge record.
  void clear_and_shrink(std::size_t capacity);

 private:
  void reallocate(std::size_t capacity);

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace dlt
