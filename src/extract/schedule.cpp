// SPDX-License-Identifier: Apache-2.0
#include "extract/schedule.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/time/calendar.hpp"
#include "core/time/iso.hpp"
#include "core/time/time_zone.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr const char* kStart = "DLT_INTERVAL_START";
constexpr const char* kEnd = "DLT_INTERVAL_END";
constexpr const char* kTimezone = "DLT_INTERVAL_TIMEZONE";

std::string variable(const Environment& environment, const char* name) {
  const char* value = environment ? environment(name) : nullptr;
  return value == nullptr ? std::string() : std::string(value);
}

[[noreturn]] void refuse_interval(const char* name, const std::string& value,
                                  std::string_view expected) {
  throw Error(ErrorCode::kConfiguration,
              fmt::format("{} must be {}, got '{}'", name, expected, value));
}

Timestamp moment(const Environment& environment, const char* name) {
  const std::string text = variable(environment, name);
  const std::optional<IsoValue> parsed = parse_iso(text);
  if (!parsed || std::holds_alternative<Time>(parsed->value))
    refuse_interval(name, text, "a date or a time in ISO form");
  Timestamp time;
  if (const auto* date = std::get_if<Date>(&parsed->value)) {
    time.seconds = date->days * kSecondsPerDay;
  } else {
    time = std::get<Timestamp>(parsed->value);
  }
  time.utc_offset_minutes = 0;
  const std::string zone_name = variable(environment, kTimezone);
  if (zone_name.empty()) return time;
  const std::optional<TimeZone> zone = TimeZone::load(zone_name);
  if (!zone) refuse_interval(kTimezone, zone_name, "the name of a time zone, as 'Europe/Berlin'");
  time.utc_offset_minutes = zone->utc_offset_minutes(time.seconds);
  return time;
}

/// The moment as a value of the cursor's type.
CursorValue as_cursor(const Timestamp& time, const CursorValue& like) {
  switch (like.kind()) {
    case CursorValue::Kind::kTimestamp: {
      Timestamp adapted = time;
      if (!like.timestamp().utc_offset_minutes) adapted.utc_offset_minutes.reset();
      return CursorValue(Json(adapted));
    }
    case CursorValue::Kind::kDate:
      return CursorValue(Json(Date{day_of_second(time.seconds)}));
    case CursorValue::Kind::kInteger:
      return CursorValue(Json(time.seconds));
    case CursorValue::Kind::kDouble:
      return CursorValue(
          Json(static_cast<double>(time.seconds) + static_cast<double>(time.nanoseconds) / 1e9));
    case CursorValue::Kind::kText:
      throw Error(ErrorCode::kInvalidArgument,
                  "a cursor of text cannot take its range from a scheduler",
                  "yield timestamps (dlt::Timestamp), and give initial_value one, too");
    default:
      throw Error(
          ErrorCode::kInvalidArgument,
          fmt::format("a range from a scheduler needs a cursor that is a timestamp, a date, "
                      "an integer or a double; initial_value is {}",
                      like.describe()),
          "the type of initial_value says what the cursor is");
  }
}

}  // namespace

void join_schedule(IncrementalRule& rule, const Environment& environment) {
  for (const char* name : {kStart, kEnd}) {
    if (!variable(environment, name).empty()) continue;
    throw Error(
        ErrorCode::kConfiguration,
        fmt::format("the incremental takes its range from a scheduler, but {} is not set", name),
        fmt::format("set {} and {}, or leave allow_external_schedulers out", kStart, kEnd));
  }
  CursorValue start = as_cursor(moment(environment, kStart), rule.initial);
  CursorValue end = as_cursor(moment(environment, kEnd), rule.initial);
  // Whichever lies inside of the other counts.
  if (equal(rule.further(rule.initial, start), rule.initial)) start = rule.initial;
  if (!rule.end.is_null() && equal(rule.further(rule.end, end), end)) end = rule.end;
  rule.initial = start;
  rule.end = end;
}

}  // namespace dlt
