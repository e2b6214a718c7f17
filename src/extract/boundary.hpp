// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/int128.hpp"
#include "core/json/framing.hpp"
#include "core/json/padded_bytes.hpp"
#include "dlt/json.hpp"
#include "extract/row_digest.hpp"

namespace dlt {

/// Rows without names: how many, and the sum of their digests modulo 2^128, which does not depend
/// on their order.
struct RowSum {
  std::uint64_t count = 0;
  UInt128 digests = 0;

  void add(const RowDigest& digest);
  friend bool operator==(const RowSum&, const RowSum&) = default;
};

/// The rows at the last value of a cursor, which the next run may get again. Up to kMostHashes of
/// them are known one by one, in dlt's `unique_hashes`; more only as their sum, under `boundary`.
/// See docs/decisions/0006-boundary-of-incremental.md.
class Boundary {
 public:
  static constexpr std::size_t kMostHashes = 10'000;

  /// `entry` is the cursor's part of the state, or null; `place` names cursor and start value in
  /// messages. Throws kState when the entry is malformed.
  /// `merges`: rows that come again do no harm, so those that are known by their sum need not be
  /// told apart.
  Boundary(RowKey key, const Json& entry, std::string place, std::size_t most_hashes = kMostHashes,
           bool merges = false);

  /// Whether a row at the start value was loaded by a run before. Throws kState when the rows that
  /// are known by their sum are not those that came, kBadRecord when the row lacks its key.
  bool was_loaded(const RowText& row);
  /// A row has a new last value: what is known of the one before does not count any more.
  void restart(const RowText& row);
  /// A row at the last value that is loaded.
  void add(const RowText& row);

  /// Whether none or all came of the rows that are known only by their sum.
  bool can_finish() const { return came_.count == 0 || !is_counting(); }
  /// When all rows came, or all that the next run is not to get. Throws like `was_loaded`.
  void finish();
  /// How many rows are known one by one: when the run began, and now.
  std::size_t initial_count() const { return initial_count_; }
  std::size_t final_count() const { return hashes_.size(); }
  /// Whether the run goes through rows that are known only by their sum, and did not get them all.
  bool is_counting() const { return start_sum_ && !merges_ && came_.count < start_sum_->count; }
  /// Writes `unique_hashes` and `boundary`, after `finish`.
  void store(Json& entry) const;

 private:
  void hash_pending();
  void learn(const RowDigest& digest);
  [[noreturn]] void fail(const std::string& what) const;

  RowDigester digester_;
  std::string place_;
  std::size_t most_hashes_;
  bool merges_;
  std::size_t initial_count_ = 0;

  // What the state knew of the start value.
  std::unordered_map<std::string, bool> start_hashes_;  // and whether the row came again
  std::optional<RowSum> start_sum_;
  RowSum came_;

  // Of the last value.
  bool at_start_ = true;          // it is the start value still
  std::set<std::string> hashes_;  // empty once there are too many
  bool too_many_ = false;
  RowSum sum_;  // of the rows that came in this run
  // Rows that were not digested yet: most of them are superseded soon.
  PaddedBytes pending_;
  struct PendingRow {
    RecordSpan span;
    bool typed;
  };
  std::vector<PendingRow> pending_rows_;
};

}  // namespace dlt
