// SPDX-License-Identifier: Apache-2.0
// Compiled for AVX2, PCLMUL, POPCNT and BMI; run only where bracket_scan.cpp has found them.
#include <immintrin.h>

#include "core/json/bracket_scan_kernel.hpp"

namespace dlt::scan {
namespace {

class Avx2Chunk {
 public:
  explicit Avx2Chunk(const char* at)
      : low_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at))),
        high_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))) {}

  Mask equal(char wanted) const { return matches(low_, high_, wanted); }
  // The square and the curly bracket differ in one bit.
  Mask opening() const { return matches(either_bracket(low_), either_bracket(high_), '{'); }
  Mask closing() const { return matches(either_bracket(low_), either_bracket(high_), '}'); }
  static Mask prefix_xor(Mask bits) {
    // A carry-less product with all ones.
    const __m128i product =
        _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
    return static_cast<Mask>(_mm_cvtsi128_si64(product));
  }

 private:
  static __m256i either_bracket(__m256i part) {
    return _mm256_or_si256(part, _mm256_set1_epi8('[' ^ '{'));
  }
  static Mask matches(__m256i low, __m256i high, char wanted) {
    const __m256i pattern = _mm256_set1_epi8(wanted);
    const auto first = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern)));
    const auto second =
        static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern)));
    return first | (static_cast<Mask>(second) << 32);
  }

  __m256i low_;
  __m256i high_;
};

}  // namespace

extern const ScanKernel kAvx2Kernel;
const ScanKernel kAvx2Kernel = Kernel<Avx2Chunk>::named("avx2");

}  // namespace dlt::scan
