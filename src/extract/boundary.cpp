// SPDX-License-Identifier: Apache-2.0
#include "extract/boundary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/hash/base64.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

// Rows at the last value that are kept as they are. Beyond that they are digested as they come.
constexpr std::size_t kPendingBytes = std::size_t{4} << 20;

constexpr const char* kHashes = "unique_hashes";
constexpr const char* kSum = "boundary";

std::string to_hex(UInt128 value) {
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(value >> 64),
                     static_cast<std::uint64_t>(value));
}

RowDigest digest_of(const std::string& hash) {
  RowDigest digest = {};
  const std::optional<std::string> bytes = base64_decode(hash);
  if (!bytes || bytes->size() != digest.size()) {
    throw Error(ErrorCode::kState,
                fmt::format("the state of a cursor has a hash that is none: '{}'", hash));
  }
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

RowSum sum_from(const Json& json) {
  const auto fail = [&json]() -> RowSum {
    throw Error(ErrorCode::kState,
                fmt::format("the state of a cursor has a malformed '{}': {}", kSum, json.dump()));
  };
  if (!json.is_object() || !json.contains("count") || !json["count"].is_number_integer() ||
      json["count"] < 1 || !json.contains("digest") || !json["digest"].is_string())
    return fail();
  const std::optional<std::string> bytes = hex_decode(json["digest"].get<std::string>());
  if (!bytes || bytes->size() != sizeof(UInt128)) return fail();
  RowSum sum{.count = json["count"].get<std::uint64_t>()};
  for (const char byte : *bytes)
    sum.digests = (sum.digests << 8) | static_cast<unsigned char>(byte);
  return sum;
}

}  // namespace

void RowSum::add(const RowDigest& digest) {
  UInt128 number = 0;
  for (const unsigned char byte : digest) number = (number << 8) | byte;
  digests += number;
  ++count;
}

Boundary::Boundary(RowKey key, const Json& entry, std::string place, std::size_t most_hashes,
                   bool merges)
    : digester_(std::move(key)),
      place_(std::move(place)),
      most_hashes_(most_hashes),
      merges_(merges) {
  if (!entry.is_object()) return;
  if (const auto known = entry.find(kHashes); known != entry.end() && known->is_array()) {
    for (const Json& hash : *known) {
      if (!hash.is_string())
        throw Error(ErrorCode::kState, "the state of a cursor has hashes that are no text");
      start_hashes_.emplace(hash.get<std::string>(), false);
      hashes_.insert(hash.get<std::string>());
    }
  }
  initial_count_ = hashes_.size();
  if (const auto sum = entry.find(kSum); sum != entry.end()) start_sum_ = sum_from(*sum);
}

bool Boundary::was_loaded(const RowText& row) {
  if (start_sum_) {
    if (merges_) return false;
    if (!is_counting()) return false;
    came_.add(digester_.digest(row));
    if (came_.count == start_sum_->count && came_ != *start_sum_)
      fail("other rows came first than those that were loaded");
    return true;
  }
  if (start_hashes_.empty()) return false;
  const RowDigest digest = digester_.digest(row);
  const auto known = start_hashes_.find(to_string(digest));
  if (known == start_hashes_.end()) return false;
  known->second = true;
  if (at_start_) sum_.add(digest);
  return true;
}

void Boundary::restart(const RowText& row) {
  at_start_ = false;
  hashes_.clear();
  too_many_ = false;
  sum_ = {};
  pending_.clear_and_shrink(kPendingBytes);
  pending_rows_.clear();
  add(row);
}

void Boundary::add(const RowText& row) {
  if (pending_.size() + row.json.size() > kPendingBytes && !pending_rows_.empty()) hash_pending();
  if (too_many_ || row.json.size() > kPendingBytes) return learn(digester_.digest(row));
  pending_rows_.push_back({.span = {static_cast<std::uint32_t>(pending_.size()),
                                    static_cast<std::uint32_t>(row.json.size())},
                           .typed = row.typed});
  pending_.append(row.json);
}

void Boundary::hash_pending() {
  for (const PendingRow& row : pending_rows_) {
    const std::string_view json = pending_.view().substr(row.span.offset, row.span.length);
    learn(digester_.digest({.json = json, .typed = row.typed}));
  }
  pending_.clear();
  pending_rows_.clear();
}

void Boundary::learn(const RowDigest& digest) {
  sum_.add(digest);
  if (too_many_) return;
  hashes_.insert(to_string(digest));
  // What is known by its sum stays known by its sum.
  too_many_ = hashes_.size() > most_hashes_ || (at_start_ && start_sum_);
  if (too_many_) hashes_.clear();
}

void Boundary::finish() {
  hash_pending();
  if (!can_finish()) fail("not all of those that were loaded came again");
}

void Boundary::store(Json& entry) const {
  RowSum sum = sum_;
  if (at_start_ && start_sum_) {
    sum.count += start_sum_->count;
    sum.digests += start_sum_->digests;
  } else if (at_start_ && too_many_) {
    for (const auto& [hash, came] : start_hashes_) {
      if (!came) sum.add(digest_of(hash));
    }
  }
  entry[kHashes] = Json::array();
  entry.erase(kSum);
  if (too_many_ || (at_start_ && start_sum_)) {
    entry[kSum] = {{"count", sum.count}, {"digest", to_hex(sum.digests)}};
  } else {
    for (const std::string& hash : hashes_) entry[kHashes].push_back(hash);
  }
}

void Boundary::fail(const std::string& what) const {
  throw Error(ErrorCode::kState,
              fmt::format("rows that were loaded cannot be told from new ones at {}: {} share it, "
                          "too many to be remembered one by one, and {}",
                          place_, start_sum_->count, what),
              "merge by a primary key, use a finer cursor, or leave out all rows at the last value "
              "with range_start \"open\"");
}

}  // namespace dlt
