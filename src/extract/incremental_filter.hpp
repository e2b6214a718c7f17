// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dlt/incremental.hpp"
#include "dlt/load_info.hpp"
#include "extract/boundary.hpp"
#include "extract/incremental_rule.hpp"

namespace dlt {

/// Decides row by row what of a resource is new, as dlt does
/// (dlt/extract/incremental/transform.py), and keeps what the next run has to know.
class IncrementalFilter {
 public:
  /// `entry` is the cursor's part of the resource's state, null when there is none yet: it becomes
  /// `entry()`. Throws kState when it is malformed, kInvalidArgument when no lag is possible.
  IncrementalFilter(IncrementalRule rule, const Json& entry,
                    std::size_t most_hashes = Boundary::kMostHashes);

  const IncrementalRule& rule() const { return rule_; }

  /// Whether the row is loaded. `value` is what the cursor leads to, null also when it leads to
  /// nothing, which is `missing`. Throws kBadRecord when a row has no cursor and must have one, or
  /// one of another type.
  enum class Missing { kNo, kYes };
  bool takes(const CursorValue& value, Missing missing, const RowText& row);
  /// One page of rows was handed in.
  void count_batch() { ++metrics_.unfiltered_batches_count; }

  /// Whether the last rows were out of the range on the side that the row order leads to.
  bool can_stop() const { return can_stop_; }
  /// Rows in another order follow: those of the next file.
  void begin_sequence() { can_stop_ = false; }
  CursorRange range() const;

  /// Whether `save` may be called before all rows came: not amid rows that are known only together.
  bool can_save() const { return boundary_.can_finish(); }
  /// Writes `entry` for the rows that came so far. Throws like `finish`.
  void save();
  /// The same when all rows came, with what the user should know. Throws kState when rows at the
  /// last value cannot be told apart.
  void finish();
  /// Whether the run leaves something in the state: a range with an end does not.
  bool is_stateful() const { return rule_.end.is_null(); }
  const Json& entry() const { return entry_; }
  /// The same when rows were loaded once more from the start: of what was known `former`ly, null
  /// for nothing, and of what is known now, what is further, or both where they are the same value.
  Json entry_after(const Json& former) const;
  const IncrementalMetrics& metrics() const { return metrics_; }
  /// What the user should know, in words.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void move_on(const CursorValue& value);
  bool takes_without_cursor(Missing missing, const RowText& row) const;
  void note_adapted(const CursorValue& value, const char* what);
  bool is_behind_end(const CursorValue& value);
  bool drop_at_start();

  IncrementalRule rule_;
  const Json stored_entry_;  // when the run began
  Json entry_;
  CursorValue stored_last_;
  CursorValue start_;
  CursorValue last_;
  Boundary boundary_;
  bool seen_data_ = false;
  bool took_any_ = false;
  bool can_stop_ = false;
  IncrementalMetrics metrics_;
  std::vector<std::string> notes_;
};

}  // namespace dlt
