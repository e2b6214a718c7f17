// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <variant>

#include <dlt/json.hpp>
#include <nlohmann/json.hpp>

namespace dlt {

/// Gives the value that is furthest on; called with one or two values, and to give back one of
/// them, or something made of them. A call with one value makes it comparable with results.
using LastValueFunc = std::function<Json(std::span<const Json> values)>;

/// Incremental loading: a resource yields all that it has, and only what its cursor says is new is
/// loaded. The furthest value of the cursor is kept in the state of the pipeline, and moves with
/// the commit of the package that brings the rows.
///
/// Values are compared as what they are: numbers with numbers, text by code points, timestamps with
/// timestamps (`Json(dlt::Timestamp{...})`). What cannot be compared throws kBadRecord. Texts that
/// both say date and time, with an offset or both without one, are compared as moments:
/// "2024-01-01T00:00:00.5Z" comes after "2024-01-01T00:00:00Z", which by code points it does not
/// (dlt compares these, and leaves the row out).
struct Incremental {
  /// A key of the records, as it is in the data, or a JSONPath of names, ['names'], [n] and [*],
  /// whose first match counts.
  std::string cursor_path = {};
  /// Where to begin when nothing is known; null: at the very first row.
  Json initial_value = {};
  /// "max", "min", or a function of one's own.
  std::variant<std::string, LastValueFunc> last_value_func = "max";
  /// Tells rows apart whose cursor is the last value, since those may come again. A name or a list
  /// of names; "" or []: none, such rows are loaded whenever they come. Null: the primary key of
  /// the resource, or the whole row when it has none.
  Json primary_key = {};
  /// Loads what lies between `initial_value` and this value; nothing is remembered then. Null: no
  /// end.
  Json end_value = {};
  /// "asc" or "desc": the source yields in this order, and need not go on once it left the range.
  std::string row_order = {};
  /// Takes the range from the scheduler that started the program: DLT_INTERVAL_START and
  /// DLT_INTERVAL_END (ISO, UTC), within `initial_value` and `end_value`. Of which type it is to be
  /// is that of `initial_value`: timestamp, date, integer or double (seconds since 1970).
  bool allow_external_schedulers = false;
  /// "raise", "include" (the row is loaded) or "exclude": what happens to rows whose cursor is
  /// missing or null.
  std::string on_cursor_value_missing = "raise";
  /// How far before the last value to begin, for rows that come late: seconds, days for dates, else
  /// a number. Such rows are loaded again, so merge them. Never goes behind `initial_value`.
  double lag = 0;
  /// "closed": rows at the start of the range are in it, those that were loaded are left out.
  /// "open": no row at the start is in it.
  std::string range_start = "closed";
  /// "open": rows at `end_value` are not in the range. "closed": they are.
  std::string range_end = "open";
};

/// The range that a resource is asked for, as a source's query needs it ("since").
struct CursorRange {
  /// Where this run began, with lag; null: nothing is known.
  Json start_value = {};
  /// The furthest value so far, in this run or before.
  Json last_value = {};
  /// Null: no end.
  Json end_value = {};
};

}  // namespace dlt
