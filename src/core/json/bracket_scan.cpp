// SPDX-License-Identifier: Apache-2.0
#include "core/json/bracket_scan.hpp"

#include <cstring>

#include "core/json/bracket_scan_kernel.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace dlt {
namespace scan {

#if defined(__x86_64__)
extern const ScanKernel kAvx2Kernel;
#endif

namespace {

/// Eight words of eight bytes: for any processor.
class WordChunk {
 public:
  explicit WordChunk(const char* at) { std::memcpy(words_, at, sizeof words_); }

  Mask equal(char wanted) const {
    return matches(words_, kLowBits * static_cast<unsigned char>(wanted), 0);
  }
  // The square and the curly bracket differ in one bit.
  Mask opening() const { return matches(words_, kLowBits * '{', kLowBits * ('[' ^ '{')); }
  Mask closing() const { return matches(words_, kLowBits * '}', kLowBits * (']' ^ '}')); }
  static Mask prefix_xor(Mask bits) { return prefix_xor_by_shifts(bits); }

 private:
  static constexpr std::uint64_t kLowBits = 0x0101010101010101;
  static constexpr std::uint64_t kHighBits = kLowBits << 7;

  static Mask matches(const std::uint64_t (&words)[8], std::uint64_t wanted, std::uint64_t either) {
    Mask mask = 0;
    for (int index = 0; index < 8; ++index) {
      const std::uint64_t difference = (words[index] | either) ^ wanted;
      const std::uint64_t nonzero = ((difference & ~kHighBits) + ~kHighBits) | difference;
      // Multiplying gathers the eight high bits in the top byte, in order.
      const std::uint64_t gathered = ((~nonzero & kHighBits) >> 7) * 0x0102040810204080 >> 56;
      mask |= gathered << (8 * index);
    }
    return mask;
  }

  std::uint64_t words_[8];
};

constexpr ScanKernel kWordKernel = Kernel<WordChunk>::named("words");

#if defined(__x86_64__)
/// Every x86-64 processor has SSE2.
class Sse2Chunk {
 public:
  explicit Sse2Chunk(const char* at) {
    for (int index = 0; index < 4; ++index) {
      parts_[index] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + index);
    }
  }

  Mask equal(char wanted) const { return matches(_mm_setzero_si128(), wanted); }
  Mask opening() const { return matches(_mm_set1_epi8('[' ^ '{'), '{'); }
  Mask closing() const { return matches(_mm_set1_epi8(']' ^ '}'), '}'); }
  static Mask prefix_xor(Mask bits) { return prefix_xor_by_shifts(bits); }

 private:
  Mask matches(__m128i either, char wanted) const {
    const __m128i pattern = _mm_set1_epi8(wanted);
    Mask mask = 0;
    for (int index = 0; index < 4; ++index) {
      const __m128i equal = _mm_cmpeq_epi8(_mm_or_si128(parts_[index], either), pattern);
      mask |= static_cast<Mask>(static_cast<unsigned>(_mm_movemask_epi8(equal))) << (16 * index);
    }
    return mask;
  }

  __m128i parts_[4];
};

constexpr ScanKernel kSse2Kernel = Kernel<Sse2Chunk>::named("sse2");

bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("pclmul") != 0;
}
#endif

}  // namespace
}  // namespace scan

std::vector<const ScanKernel*> scan_kernels() {
  std::vector<const ScanKernel*> kernels;
#if defined(__x86_64__)
  if (scan::has_avx2()) kernels.push_back(&scan::kAvx2Kernel);
  kernels.push_back(&scan::kSse2Kernel);
#endif
  kernels.push_back(&scan::kWordKernel);
  return kernels;
}

const ScanKernel& best_scan_kernel() {
  static const ScanKernel& best = *scan_kernels().front();
  return best;
}

}  // namespace dlt
