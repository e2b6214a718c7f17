// SPDX-License-Identifier: Apache-2.0
#include "extract/incremental_filter.hpp"

#include <fmt/format.h>

#include "dlt/error.hpp"
#include "extract/cursor_lag.hpp"

namespace dlt {
namespace {

constexpr std::size_t kManyHashes = 200;

Json entry_or_new(const IncrementalRule& rule, const Json& entry) {
  const bool is_known =
      entry.is_object() && entry.contains("last_value") && !entry["last_value"].is_null();
  if (rule.end.is_null() && is_known) return entry;
  return {{"initial_value", rule.initial.to_json()},
          {"last_value", rule.initial.to_json()},
          {"unique_hashes", Json::array()},
          {"start_value", rule.initial.to_json()}};
}

CursorValue start_of(const IncrementalRule& rule, const CursorValue& last) {
  const bool has_lag =
      rule.lag != 0 && rule.end.is_null() && rule.order != IncrementalRule::Order::kCustom;
  if (!has_lag || last.is_null()) return last;
  const CursorValue start =
      shifted(last, rule.order == IncrementalRule::Order::kMax ? -rule.lag : rule.lag);
  const bool crosses =
      !rule.initial.is_null() && equal(rule.further(rule.initial, start), rule.initial);
  return crosses ? rule.initial : start;
}

/// Gives a bound an offset, or takes it away, as the first row has one or not: both are moments of
/// UTC then. Returns whether that changed it.
bool adapt_offset(const CursorValue& value, CursorValue& bound) {
  using Kind = CursorValue::Kind;
  if (value.kind() != Kind::kTimestamp || bound.kind() != Kind::kTimestamp) return false;
  Timestamp time = bound.timestamp();
  const std::optional<std::int32_t>& offset = value.timestamp().utc_offset_minutes;
  if (time.utc_offset_minutes.has_value() == offset.has_value()) return false;
  time.utc_offset_minutes = offset;
  bound = CursorValue(Json(time));
  return true;
}

}  // namespace

IncrementalFilter::IncrementalFilter(IncrementalRule rule, const Json& entry,
                                     std::size_t most_hashes)
    : rule_(std::move(rule)),
      stored_entry_(entry_or_new(rule_, entry)),
      entry_(stored_entry_),
      stored_last_(entry_.at("last_value")),
      start_(start_of(rule_, stored_last_)),
      last_(start_),
      boundary_(rule_.key, rule_.deduplicates() ? entry_ : Json(),
                fmt::format("the last value of cursor '{}', {}", rule_.cursor.text(),
                            stored_last_.describe()),
                most_hashes, rule_.merges) {
  metrics_.cursor_path = rule_.cursor.text();
  if (rule_.lag != 0 && rule_.order == IncrementalRule::Order::kCustom) {
    notes_.push_back(
        fmt::format("the lag of cursor '{}' has no effect: last_value_func is no 'max' or 'min'",
                    rule_.cursor.text()));
  }
}

bool IncrementalFilter::takes(const CursorValue& value, Missing missing, const RowText& row) {
  ++metrics_.unfiltered_items_count;
  if (value.is_null()) {
    const bool taken = takes_without_cursor(missing, row);
    took_any_ = took_any_ || taken;
    return taken;
  }
  if (!seen_data_) {
    const bool same = equal(last_, start_);
    if (adapt_offset(value, start_)) note_adapted(value, "the last or initial value");
    if (same) last_ = start_;
    adapt_offset(value, stored_last_);
    if (adapt_offset(value, rule_.end)) note_adapted(value, "end_value");
  }
  if (is_behind_end(value)) return false;
  seen_data_ = true;

  const bool deduplicates = rule_.deduplicates();
  const CursorRelation to_last =
      last_.is_null() ? CursorRelation{.beyond = true} : rule_.relate(value, last_);
  if (to_last.beyond) {
    move_on(value);
    if (deduplicates) boundary_.restart(row);
    took_any_ = true;
    return true;
  }
  if (!start_.is_null()) {
    const CursorRelation to_start = rule_.relate(value, start_);
    if (rule_.range_start == IncrementalRule::Range::kOpen && to_start.equal)
      return drop_at_start();
    if (!to_start.beyond) {
      if (!to_start.equal) return drop_at_start();
      if (deduplicates && boundary_.was_loaded(row)) {
        // Where loaded rows are known by their sum, all of them have to come.
        return boundary_.is_counting() ? false : drop_at_start();
      }
    }
  }
  if (deduplicates && to_last.equal) boundary_.add(row);
  took_any_ = true;
  return true;
}

void IncrementalFilter::move_on(const CursorValue& value) {
  if (rule_.order != IncrementalRule::Order::kCustom) {
    last_ = value;
  } else {
    last_ = last_.is_null() ? rule_.processed(value) : rule_.further(value, last_);
  }
}

bool IncrementalFilter::takes_without_cursor(Missing missing, const RowText& row) const {
  if (row.json == "null") return true;
  switch (rule_.on_missing) {
    case IncrementalRule::OnMissing::kInclude:
      return true;
    case IncrementalRule::OnMissing::kExclude:
      return false;
    case IncrementalRule::OnMissing::kRaise:
      break;
  }
  throw Error(ErrorCode::kBadRecord,
              fmt::format("the cursor '{}' {} in a record: {}", rule_.cursor.text(),
                          missing == Missing::kYes ? "is missing" : "is null", shown(row)),
              "to load such records set on_cursor_value_missing to \"include\", to leave them out "
              "to \"exclude\"");
}

void IncrementalFilter::note_adapted(const CursorValue& value, const char* what) {
  notes_.push_back(
      fmt::format("cursor '{}': {} has {} offset, unlike the data, and is taken as UTC",
                  rule_.cursor.text(), what, value.timestamp().utc_offset_minutes ? "no" : "an"));
}

bool IncrementalFilter::is_behind_end(const CursorValue& value) {
  if (rule_.end.is_null()) return false;
  const CursorRelation to_end = rule_.relate(value, rule_.end);
  const bool behind =
      to_end.beyond || (rule_.range_end == IncrementalRule::Range::kOpen && to_end.equal);
  if (behind && rule_.row_order == IncrementalRule::RowOrder::kAscending) can_stop_ = true;
  return behind;
}

bool IncrementalFilter::drop_at_start() {
  if (rule_.row_order == IncrementalRule::RowOrder::kDescending) can_stop_ = true;
  return false;
}

CursorRange IncrementalFilter::range() const {
  return {.start_value = start_.to_json(),
          .last_value = last_.to_json(),
          .end_value = rule_.end.to_json()};
}

void IncrementalFilter::save() {
  // Without rows nothing was found out, and the state stays as it is.
  if (metrics_.unfiltered_items_count == 0) return;
  boundary_.finish();
  const bool goes_back = rule_.lag != 0 && !stored_last_.is_null();
  entry_["last_value"] = goes_back ? rule_.further(last_, stored_last_).to_json() : last_.to_json();
  if (took_any_) entry_["start_value"] = stored_entry_.at("last_value");
  if (rule_.deduplicates()) {
    boundary_.store(entry_);
  } else {
    entry_["unique_hashes"] = Json::array();
    entry_.erase("boundary");
  }
}

void IncrementalFilter::finish() {
  save();
  if (metrics_.unfiltered_items_count == 0 || !rule_.deduplicates()) return;
  metrics_.initial_unique_hashes_count = boundary_.initial_count();
  metrics_.final_unique_hashes_count = boundary_.final_count();
  const bool has_sum = entry_.contains("boundary");
  const bool was_many =
      stored_entry_.contains("boundary") || boundary_.initial_count() > kManyHashes;
  if (was_many || (!has_sum && boundary_.final_count() <= kManyHashes)) return;
  notes_.push_back(fmt::format(
      "{} rows share the last value of cursor '{}', {}: a finer cursor keeps the state small",
      has_sum ? entry_["boundary"]["count"].get<std::uint64_t>() : boundary_.final_count(),
      rule_.cursor.text(), last_.describe()));
}

namespace {

/// That are known at the last value.
std::uint64_t rows_of(const Json& entry) {
  const auto sum = entry.find("boundary");
  if (sum != entry.end()) return sum->value("count", std::uint64_t{0});
  return entry.value("unique_hashes", Json::array()).size();
}

}  // namespace

Json IncrementalFilter::entry_after(const Json& former) const {
  const CursorValue now(entry_.at("last_value"));
  const CursorValue before(former.is_object() ? former.value("last_value", Json()) : Json());
  if (before.is_null()) return entry_;
  if (now.is_null()) return former;
  // The cursor may have another type by now.
  if (rule_.order != IncrementalRule::Order::kCustom && !compare(before, now)) return entry_;
  const CursorRelation relation = rule_.relate(before, now);
  if (relation.beyond) return former;
  if (!relation.equal) return entry_;
  // Sums cannot be joined. Where the rows of one side are among those of the other, the larger one
  // is right; where they are not, the next run finds that they cannot be told apart, and says so.
  if (former.contains("boundary") || entry_.contains("boundary"))
    return rows_of(entry_) >= rows_of(former) ? entry_ : former;
  Json both = entry_;
  Json& hashes = both["unique_hashes"];
  for (const Json& hash : former.value("unique_hashes", Json::array())) {
    if (std::ranges::find(hashes, hash) == hashes.end()) hashes.push_back(hash);
  }
  return both;
}

}  // namespace dlt
