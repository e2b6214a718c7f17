// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "arrow/batch.hpp"

namespace dlt::arrow {

/// Of each array in the body of a batch (docs/formats/arrow-file.md).
struct ArrayHeader {
  std::int64_t length;
  std::int64_t offset;
  std::uint64_t validity_bytes;
  std::uint64_t values_bytes;
  std::uint64_t text_bytes;
};

/// Buffers begin at multiples of 8 bytes.
constexpr std::uint64_t aligned(std::uint64_t bytes) {
  constexpr std::uint64_t kAlignment = 8;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Puts the buffers of a body back in their places. What it says is held against the type and the
/// bytes that are there, so that no view of a value leads out of the body.
class BodyReader {
 public:
  explicit BodyReader(const std::string& body) : body_(body) {}

  /// Which rows count, where not all do; they come first. False when they are not there.
  bool read_taken(std::uint64_t count, std::vector<std::uint32_t>& taken);
  /// Reads the rest. False when it is no array of that type, or not all of the body.
  bool read_arrays(std::uint64_t count, const Type& type, ColumnData& data);

 private:
  template <class T>
  bool read(std::uint64_t count, std::vector<T>& values);
  const char* take(std::uint64_t bytes);
  bool build(const Type& type, ColumnData& data);

  const std::string& body_;
  std::vector<ArrayHeader> headers_;
  std::size_t next_ = 0;
  std::size_t used_ = 0;
  bool fits_ = true;
};

}  // namespace dlt::arrow
