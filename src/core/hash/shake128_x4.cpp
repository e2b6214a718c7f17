// SPDX-License-Identifier: Apache-2.0
#include "core/hash/shake128_x4.hpp"

#include <cstring>

namespace dlt {

void Shake128x4::end_message(std::size_t lane, std::size_t length) {
  std::array<char, kRate>& block = blocks_[lane];
  std::memset(block.data() + length, 0, kRate - length);
  block[length] = 0x1f;
  block[kRate - 1] = static_cast<char>(block[kRate - 1] | 0x80);
}

}  // namespace dlt

#if defined(__x86_64__)
#include <immintrin.h>

#define DLTPP_AVX2 __attribute__((target("avx2"), always_inline)) inline

namespace dlt {
namespace {

using Lanes = __m256i;

constexpr std::uint64_t kRoundConstants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

DLTPP_AVX2 Lanes exclusive_or(Lanes a, Lanes b) { return _mm256_xor_si256(a, b); }

template <int kBits>
DLTPP_AVX2 Lanes rotate(Lanes a) {
  return _mm256_or_si256(_mm256_slli_epi64(a, kBits), _mm256_srli_epi64(a, 64 - kBits));
}

// Two words that do not lie side by side. Going through an array would make the vector load wait
// for the stores.
DLTPP_AVX2 __m128i load_two(const char* low, const char* high) {
  const __m128d word = _mm_load_sd(reinterpret_cast<const double*>(low));
  return _mm_castpd_si128(_mm_loadh_pd(word, reinterpret_cast<const double*>(high)));
}

DLTPP_AVX2 Lanes parity(const Lanes* column) {
  return exclusive_or(exclusive_or(exclusive_or(column[0], column[5]), column[10]),
                      exclusive_or(column[15], column[20]));
}

// Step chi on one row.
DLTPP_AVX2 void mix_row(Lanes* row, Lanes a, Lanes b, Lanes c, Lanes d, Lanes e) {
  row[0] = exclusive_or(a, _mm256_andnot_si256(b, c));
  row[1] = exclusive_or(b, _mm256_andnot_si256(c, d));
  row[2] = exclusive_or(c, _mm256_andnot_si256(d, e));
  row[3] = exclusive_or(d, _mm256_andnot_si256(e, a));
  row[4] = exclusive_or(e, _mm256_andnot_si256(a, b));
}

// A round of Keccak-f[1600] (FIPS 202, section 3.2) from one array to another, row by row: that way
// the five lanes of a row stay in registers.
DLTPP_AVX2 void permute_round(const Lanes* from, Lanes* to, std::uint64_t constant) {
  const Lanes c0 = parity(from), c1 = parity(from + 1), c2 = parity(from + 2),
              c3 = parity(from + 3), c4 = parity(from + 4);
  const Lanes d0 = exclusive_or(c4, rotate<1>(c1));
  const Lanes d1 = exclusive_or(c0, rotate<1>(c2));
  const Lanes d2 = exclusive_or(c1, rotate<1>(c3));
  const Lanes d3 = exclusive_or(c2, rotate<1>(c4));
  const Lanes d4 = exclusive_or(c3, rotate<1>(c0));
  mix_row(to, exclusive_or(from[0], d0), rotate<44>(exclusive_or(from[6], d1)),
          rotate<43>(exclusive_or(from[12], d2)), rotate<21>(exclusive_or(from[18], d3)),
          rotate<14>(exclusive_or(from[24], d4)));
  mix_row(to + 5, rotate<28>(exclusive_or(from[3], d3)), rotate<20>(exclusive_or(from[9], d4)),
          rotate<3>(exclusive_or(from[10], d0)), rotate<45>(exclusive_or(from[16], d1)),
          rotate<61>(exclusive_or(from[22], d2)));
  mix_row(to + 10, rotate<1>(exclusive_or(from[1], d1)), rotate<6>(exclusive_or(from[7], d2)),
          rotate<25>(exclusive_or(from[13], d3)), rotate<8>(exclusive_or(from[19], d4)),
          rotate<18>(exclusive_or(from[20], d0)));
  mix_row(to + 15, rotate<27>(exclusive_or(from[4], d4)), rotate<36>(exclusive_or(from[5], d0)),
          rotate<10>(exclusive_or(from[11], d1)), rotate<15>(exclusive_or(from[17], d2)),
          rotate<56>(exclusive_or(from[23], d3)));
  mix_row(to + 20, rotate<62>(exclusive_or(from[2], d2)), rotate<55>(exclusive_or(from[8], d3)),
          rotate<39>(exclusive_or(from[14], d4)), rotate<41>(exclusive_or(from[15], d0)),
          rotate<2>(exclusive_or(from[21], d1)));
  to[0] = exclusive_or(to[0], _mm256_set1_epi64x(static_cast<long long>(constant)));
}

}  // namespace

bool Shake128x4::available() { return __builtin_cpu_supports("avx2") != 0; }

__attribute__((target("avx2"))) void Shake128x4::digest(std::array<Digest16, kLanes>& out) const {
  Lanes state[25];
  Lanes other[25];
  for (std::size_t word = 0; word < kRate / 8; ++word) {
    const std::size_t at = word * 8;
    state[word] = _mm256_set_m128i(load_two(&blocks_[2][at], &blocks_[3][at]),
                                   load_two(&blocks_[0][at], &blocks_[1][at]));
  }
  for (std::size_t word = kRate / 8; word < 25; ++word) state[word] = _mm256_setzero_si256();
  for (std::size_t round = 0; round < 24; round += 2) {
    permute_round(state, other, kRoundConstants[round]);
    permute_round(other, state, kRoundConstants[round + 1]);
  }
  alignas(32) std::uint64_t words[2][kLanes];
  _mm256_store_si256(reinterpret_cast<Lanes*>(words[0]), state[0]);
  _mm256_store_si256(reinterpret_cast<Lanes*>(words[1]), state[1]);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::memcpy(out[lane].data(), &words[0][lane], 8);
    std::memcpy(out[lane].data() + 8, &words[1][lane], 8);
  }
}

}  // namespace dlt

#else

namespace dlt {

bool Shake128x4::available() { return false; }
void Shake128x4::digest(std::array<Digest16, kLanes>&) const { __builtin_unreachable(); }

}  // namespace dlt

#endif
