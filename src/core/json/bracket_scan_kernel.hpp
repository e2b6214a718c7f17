// SPDX-License-Identifier: Apache-2.0
#pragma once

// The scans over 64 bytes at a time, written once for all instruction sets. It is compiled several
// times with different options, so it must not pull in inline functions of the standard library:
// the linker would keep one copy of each, perhaps the one that this processor cannot run.

#include <cstddef>
#include <cstdint>

#include "core/json/bracket_scan.hpp"

namespace dlt::scan {

using Mask = std::uint64_t;  // bit n stands for byte n of a chunk
inline constexpr std::ptrdiff_t kChunkBytes = 64;

/// Bit n of the result is the parity of bits 0 to n.
inline Mask prefix_xor_by_shifts(Mask bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

/// `Chunk` is 64 bytes in registers: Chunk(const char*), equal(char), opening(), closing(), static
/// prefix_xor(Mask).
template <class Chunk>
struct Kernel {
  /// The bytes behind `end` are not part of the text.
  static Mask within(const char* at, const char* end) {
    return end - at >= kChunkBytes ? ~Mask{0} : (Mask{1} << (end - at)) - 1;
  }

  /// The bytes of a chunk that a backslash escapes; `state.escaped` becomes that of the byte behind
  /// `valid`.
  static Mask escaped_bytes(Mask backslashes, Mask valid, BracketState& state) {
    const Mask first = state.escaped ? 1 : 0;
    if (backslashes == 0) {
      state.escaped = false;
      return first;
    }
    // In a run of backslashes the first, third, ... escape the byte behind them. One subtraction
    // finds them for all runs at once: its borrow ripples through each run and flips every other
    // bit, counted from where the run starts.
    constexpr Mask kOddPlaces = 0xAAAAAAAAAAAAAAAA;
    const Mask starts = backslashes & ~first;
    const Mask escapes = ((((starts << 1) | kOddPlaces) - starts) ^ kOddPlaces) & backslashes;
    const Mask escaped = (escapes << 1) | first;
    state.escaped = valid == ~Mask{0} ? (escapes >> 63) != 0 : (escaped & (valid + 1)) != 0;
    return escaped;
  }

  static const char* brackets(BracketState& state, const char* at, const char* end) {
    std::uint64_t depth = state.depth;
    Mask string_before = state.in_string ? ~Mask{0} : 0;
    for (; at < end; at += kChunkBytes) {
      const Chunk chunk(at);
      const Mask valid = within(at, end);
      const Mask escaped = escaped_bytes(chunk.equal('\\') & valid, valid, state);
      const Mask quotes = chunk.equal('"') & ~escaped & valid;
      const Mask in_string = Chunk::prefix_xor(quotes) ^ string_before;
      const Mask opening = chunk.opening() & ~in_string & valid;
      const Mask closing = chunk.closing() & ~in_string & valid;
      const auto closed = static_cast<std::uint64_t>(__builtin_popcountll(closing));
      if (depth > closed) {
        depth += static_cast<std::uint64_t>(__builtin_popcountll(opening)) - closed;
      } else {
        for (Mask both = opening | closing; both != 0; both &= both - 1) {
          const Mask lowest = both & (~both + 1);
          if ((lowest & opening) != 0) {
            ++depth;
          } else if (--depth == 0) {
            state = BracketState{};
            return at + __builtin_ctzll(both) + 1;
          }
        }
      }
      string_before = static_cast<Mask>(static_cast<std::int64_t>(in_string) >> 63);
    }
    state.depth = depth;
    state.in_string = string_before != 0;
    return end;
  }

  static const char* string(BracketState& state, const char* at, const char* end) {
    for (; at < end; at += kChunkBytes) {
      const Chunk chunk(at);
      const Mask valid = within(at, end);
      const Mask escaped = escaped_bytes(chunk.equal('\\') & valid, valid, state);
      const Mask quotes = chunk.equal('"') & ~escaped & valid;
      if (quotes != 0) {
        state = BracketState{};
        return at + __builtin_ctzll(quotes) + 1;
      }
    }
    return end;
  }

  static std::size_t count_newlines(const char* at, const char* end) {
    std::size_t count = 0;
    for (; at < end; at += kChunkBytes) {
      count +=
          static_cast<std::size_t>(__builtin_popcountll(Chunk(at).equal('\n') & within(at, end)));
    }
    return count;
  }

  static constexpr ScanKernel named(const char* name) {
    return {name, brackets, string, count_newlines};
  }
};

}  // namespace dlt::scan
