// SPDX-License-Identifier: Apache-2.0
#include "core/hash/row_id.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/core.h>
#include <xxhash.h>

#include "core/hash/base64.hpp"
#include "core/hash/digest.hpp"
#include "core/hash/shake128_x4.hpp"

namespace dlt {
namespace {

constexpr std::size_t kRowIdBytes = 10;
constexpr std::size_t kMaxIndexDigits = 20;

std::uint64_t big_endian(const unsigned char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i != count; ++i) value = value << 8 | bytes[i];
  return value;
}

void write_row_id(const unsigned char* digest, char* out) {
  // 60 bits are ten characters, the other 20 bits four.
  const std::uint64_t head = big_endian(digest, 8);
  for (int i = 0; i < 10; ++i) out[i] = kBase64Alphabet[head >> (58 - 6 * i) & 63];
  const std::uint64_t tail = (head & 15) << 20 | big_endian(digest + 8, 2) << 4;
  for (int i = 0; i < 4; ++i) out[10 + i] = kBase64Alphabet[tail >> (18 - 6 * i) & 63];
}

}  // namespace

struct RowIdHasher::Impl {
  bool in_lanes = Shake128x4::available();
  Shake128x4 lanes;
  Digest shake{"SHAKE128"};

  bool fill(std::size_t lane, std::string_view table, const NestedRow& row) {
    if (row.parent_id.size() + table.size() + 2 + kMaxIndexDigits > Shake128x4::kMaxMessage)
      return false;
    char* const start = lanes.message(lane);
    char* at = std::copy(row.parent_id.begin(), row.parent_id.end(), start);
    *at++ = '_';
    at = std::copy(table.begin(), table.end(), at);
    *at++ = '_';
    at = std::to_chars(at, at + kMaxIndexDigits, row.list_idx).ptr;
    lanes.end_message(lane, static_cast<std::size_t>(at - start));
    return true;
  }

  void one(std::string_view table, const NestedRow& row, char* out) {
    char digits[kMaxIndexDigits];
    const char* const end = std::to_chars(digits, digits + sizeof digits, row.list_idx).ptr;
    shake.update(row.parent_id).update("_").update(table).update("_");
    shake.update({digits, static_cast<std::size_t>(end - digits)});
    unsigned char digest[kRowIdBytes];
    shake.finish(digest, sizeof digest);
    write_row_id(digest, out);
  }

  void several(std::string_view table, std::span<const NestedRow> rows, char* out) {
    bool short_enough = in_lanes;
    for (std::size_t i = 0; short_enough && i != rows.size(); ++i) {
      short_enough = fill(i, table, rows[i]);
    }
    if (short_enough) {
      std::array<Shake128x4::Digest16, Shake128x4::kLanes> digests;
      lanes.digest(digests);
      for (std::size_t i = 0; i != rows.size(); ++i) {
        write_row_id(digests[i].data(), out + i * kRowIdLength);
      }
    } else {
      for (std::size_t i = 0; i != rows.size(); ++i) one(table, rows[i], out + i * kRowIdLength);
    }
  }
};

RowIdHasher::RowIdHasher() : impl_(std::make_unique<Impl>()) {}
RowIdHasher::RowIdHasher(RowIdHasher&&) noexcept = default;
RowIdHasher& RowIdHasher::operator=(RowIdHasher&&) noexcept = default;
RowIdHasher::~RowIdHasher() = default;

void RowIdHasher::nested_row_id(std::string_view parent_id, std::string_view table,
                                std::int64_t list_idx, char* out) {
  impl_->several(table, std::array{NestedRow{parent_id, list_idx}}, out);
}

void RowIdHasher::nested_row_ids(std::string_view table, std::span<const NestedRow> rows,
                                 char* out) {
  while (!rows.empty()) {
    const std::size_t count = std::min(rows.size(), Shake128x4::kLanes);
    impl_->several(table, rows.first(count), out);
    rows = rows.subspan(count);
    out += count * kRowIdLength;
  }
}

void RowIdHasher::nested_row_ids(std::string_view parent_id, std::string_view table,
                                 std::int64_t first_idx, std::size_t count, char* out) {
  std::array<NestedRow, Shake128x4::kLanes> rows;
  while (count != 0) {
    const std::size_t now = std::min(count, rows.size());
    for (std::size_t i = 0; i != now; ++i) rows[i] = {parent_id, first_idx++};
    impl_->several(table, std::span(rows).first(now), out);
    count -= now;
    out += now * kRowIdLength;
  }
}

RowIdSeed row_id_seed(std::span<const std::string_view> parts) {
  // Lengths go in too, so that ("ab", "c") and ("a", "bc") differ.
  std::string text;
  for (const std::string_view part : parts) text += fmt::format("{}:{}", part.size(), part);
  XXH128_canonical_t seed;
  XXH128_canonicalFromHash(&seed, XXH3_128bits(text.data(), text.size()));
  RowIdSeed bytes;
  std::copy(std::begin(seed.digest), std::end(seed.digest), bytes.begin());
  return bytes;
}

void derived_row_id(const RowIdSeed& seed, std::uint64_t ordinal, char* out) {
  unsigned char message[sizeof(RowIdSeed) + 8];
  std::copy(seed.begin(), seed.end(), message);
  for (std::size_t i = 0; i != 8; ++i) {
    message[sizeof(RowIdSeed) + i] = static_cast<unsigned char>(ordinal >> (56 - 8 * i));
  }
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(message, sizeof message));
  write_row_id(digest.digest, out);
}

std::string content_id(std::string_view text) { return digest128(text, kRowIdBytes); }

}  // namespace dlt
