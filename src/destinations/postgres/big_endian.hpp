// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dlt::postgres {

/// Appends a number as PostgreSQL's binary forms have it, most significant byte first.
template <typename T>
void put(std::byte*& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(T) == 8) {
    const auto swapped = __builtin_bswap64(std::bit_cast<std::uint64_t>(value));
    std::memcpy(out, &swapped, sizeof swapped);
  } else if constexpr (sizeof(T) == 4) {
    const auto swapped = __builtin_bswap32(std::bit_cast<std::uint32_t>(value));
    std::memcpy(out, &swapped, sizeof swapped);
  } else if constexpr (sizeof(T) == 2) {
    const auto swapped = __builtin_bswap16(std::bit_cast<std::uint16_t>(value));
    std::memcpy(out, &swapped, sizeof swapped);
  } else {
    static_assert(sizeof(T) == 1);
    std::memcpy(out, &value, 1);
  }
  out += sizeof(T);
}

}  // namespace dlt::postgres
