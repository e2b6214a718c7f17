// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/json/value_path.hpp"
#include "dlt/incremental.hpp"
#include "extract/cursor_value.hpp"
#include "extract/row_digest.hpp"

namespace dlt {

/// Reads a variable of the environment; null when it is not set.
using Environment = std::function<const char*(const char* name)>;

/// Where a value of the cursor lies, seen from another one.
struct CursorRelation {
  bool beyond = false;
  bool equal = false;
};

/// An Incremental whose settings were checked, and made into values that are quick to ask.
struct IncrementalRule {
  enum class Order { kMax, kMin, kCustom };
  enum class OnMissing { kRaise, kInclude, kExclude };
  enum class RowOrder { kUnknown, kAscending, kDescending };
  enum class Range { kOpen, kClosed };

  ValuePath cursor = {};
  CursorValue initial = {};
  CursorValue end = {};
  Order order = Order::kMax;
  LastValueFunc func = {};  ///< of kCustom
  RowKey key = {};
  RowOrder row_order = RowOrder::kUnknown;
  OnMissing on_missing = OnMissing::kRaise;
  double lag = 0;
  Range range_start = Range::kClosed;
  Range range_end = Range::kOpen;
  /// Whether rows are merged by a primary key: one that comes again is no second one.
  bool merges = false;

  /// `last_value_func` of one value: itself, unless the function makes something else of it.
  CursorValue processed(const CursorValue& value) const;
  /// `last_value_func` of both. Throws kBadRecord when they cannot be compared.
  CursorValue further(const CursorValue& value, const CursorValue& than) const;
  /// Throws like `further`.
  CursorRelation relate(const CursorValue& value, const CursorValue& to) const;
  /// Whether rows at the last value are told apart.
  bool deduplicates() const;
};

/// Checks the settings; `resource_key` is the primary key that the resource's hints name, or null.
/// With `allow_external_schedulers` the range comes from `environment`. Throws kInvalidArgument for
/// settings that make no sense, kConfiguration when there is no scheduler.
IncrementalRule check_incremental(const Incremental& incremental, const Json& resource_key,
                                  const Environment& environment);

}  // namespace dlt
