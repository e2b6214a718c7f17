// SPDX-License-Identifier: Apache-2.0
#include "extract/incremental_rule.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "extract/schedule.hpp"

namespace dlt {
namespace {

[[noreturn]] void refuse_rule(std::string message, std::string hint = {}) {
  throw Error(ErrorCode::kInvalidArgument, std::move(message), std::move(hint));
}

template <class Enum, std::size_t kCount>
Enum parse_choice(const char* option, const std::string& said,
                  const std::array<std::pair<const char*, Enum>, kCount>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (said == name) return value;
    if (*name != '\0') names.push_back(fmt::format("'{}'", name));
  }
  refuse_rule(fmt::format("unknown {} of the incremental: expected {}, got '{}'", option,
                          fmt::join(names, " or "), said));
}

using Rule = IncrementalRule;
constexpr std::array<std::pair<const char*, Rule::RowOrder>, 3> kRowOrders = {{
    {"", Rule::RowOrder::kUnknown},
    {"asc", Rule::RowOrder::kAscending},
    {"desc", Rule::RowOrder::kDescending},
}};
constexpr std::array<std::pair<const char*, Rule::OnMissing>, 3> kOnMissing = {{
    {"raise", Rule::OnMissing::kRaise},
    {"include", Rule::OnMissing::kInclude},
    {"exclude", Rule::OnMissing::kExclude},
}};
constexpr std::array<std::pair<const char*, Rule::Range>, 2> kRanges = {{
    {"open", Rule::Range::kOpen},
    {"closed", Rule::Range::kClosed},
}};
constexpr std::array<std::pair<const char*, Rule::Order>, 2> kOrders = {{
    {"max", Rule::Order::kMax},
    {"min", Rule::Order::kMin},
}};

bool is_empty_text(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().empty();
}

RowKey parse_key(const Json& said) {
  if (said.is_string()) {
    const auto name = said.get<std::string>();
    return name.empty() ? RowKey{.kind = RowKey::Kind::kNone}
                        : RowKey{.kind = RowKey::Kind::kSingle, .names = {name}};
  }
  RowKey key{.kind = said.empty() ? RowKey::Kind::kNone : RowKey::Kind::kCompound};
  for (const Json& name : said) {
    if (!said.is_array() || !name.is_string() || is_empty_text(name))
      refuse_rule(fmt::format(
          "primary_key of the incremental must be a name or a list of names: {}", said.dump()));
    key.names.push_back(name.get<std::string>());
  }
  return key;
}

// Hints without a key say nothing about how rows are told apart.
RowKey choose_key(const Json& own, const Json& resource_key) {
  if (!own.is_null()) return parse_key(own);
  if (resource_key.is_null() || resource_key.empty() || is_empty_text(resource_key)) return {};
  return parse_key(resource_key);
}

CursorValue parse_bound(const char* option, const Json& said, Rule::Order order) {
  CursorValue value(said);
  const bool wrong = !said.is_null() && value.is_null();
  if (wrong || (value.kind() == CursorValue::Kind::kStructure && order != Rule::Order::kCustom)) {
    refuse_rule(fmt::format("{} of the incremental must be a number, text, date or time: {}",
                            option, said.dump()));
  }
  return value;
}

void check_range(const Rule& rule) {
  if (rule.end.is_null()) return;
  if (rule.initial.is_null()) {
    refuse_rule("the incremental has an end_value but no initial_value",
                "a range needs both: initial_value says where it begins");
  }
  bool wrong = false;
  try {
    wrong = !equal(rule.further(rule.end, rule.initial), rule.end);
  } catch (const Error&) {
    refuse_rule(fmt::format("initial_value and end_value of the incremental cannot be compared: "
                            "{} and {}",
                            rule.initial.describe(), rule.end.describe()),
                "give both the same type, and both an offset or none");
  }
  if (!wrong) return;
  const char* rule_broken = rule.order == Rule::Order::kMax   ? "must not be below initial_value"
                            : rule.order == Rule::Order::kMin ? "must not be above initial_value"
                                                              : "must be the last_value_func of "
                                                                "both";
  refuse_rule(fmt::format("end_value of the incremental {}: initial_value {}, end_value {}",
                          rule_broken, rule.initial.describe(), rule.end.describe()));
}

}  // namespace

CursorValue IncrementalRule::processed(const CursorValue& value) const {
  if (order != Order::kCustom) return value;
  const Json values[] = {value.to_json()};
  return CursorValue(func(values));
}

CursorValue IncrementalRule::further(const CursorValue& value, const CursorValue& than) const {
  if (order != Order::kCustom) return relate(value, than).beyond ? value : than;
  const Json values[] = {value.to_json(), than.to_json()};
  return CursorValue(func(values));
}

CursorRelation IncrementalRule::relate(const CursorValue& value, const CursorValue& to) const {
  if (order == Order::kCustom)
    return {.beyond = !equal(further(value, to), to), .equal = equal(processed(value), to)};
  const std::optional<std::partial_ordering> compared = compare(value, to);
  if (!compared) {
    throw Error(ErrorCode::kBadRecord,
                fmt::format("the cursor '{}' cannot be compared: {} with {}", cursor.text(),
                            value.describe(), to.describe()),
                "a cursor has one type in all records, which is also that of initial_value and "
                "end_value");
  }
  if (*compared == std::partial_ordering::equivalent) return {.equal = true};
  const bool is_greater = *compared == std::partial_ordering::greater;
  return {.beyond = is_greater == (order == Order::kMax)};
}

bool IncrementalRule::deduplicates() const {
  return range_start == Range::kClosed && end.is_null() && key.kind != RowKey::Kind::kNone &&
         (lag == 0 || order == Order::kCustom);
}

IncrementalRule check_incremental(const Incremental& incremental, const Json& resource_key,
                                  const Environment& environment) {
  IncrementalRule rule;
  if (incremental.cursor_path.empty())
    refuse_rule("the incremental has no cursor_path", "name the key that says how new a record is");
  rule.cursor = ValuePath::parse(incremental.cursor_path, "cursor path");
  if (const auto* name = std::get_if<std::string>(&incremental.last_value_func)) {
    rule.order = parse_choice("last_value_func", *name, kOrders);
  } else {
    rule.order = Rule::Order::kCustom;
    rule.func = std::get<LastValueFunc>(incremental.last_value_func);
    if (!rule.func) refuse_rule("last_value_func of the incremental is an empty function");
  }
  rule.initial = parse_bound("initial_value", incremental.initial_value, rule.order);
  rule.end = parse_bound("end_value", incremental.end_value, rule.order);
  rule.key = choose_key(incremental.primary_key, resource_key);
  rule.row_order = parse_choice("row_order", incremental.row_order, kRowOrders);
  rule.on_missing =
      parse_choice("on_cursor_value_missing", incremental.on_cursor_value_missing, kOnMissing);
  rule.range_start = parse_choice("range_start", incremental.range_start, kRanges);
  rule.range_end = parse_choice("range_end", incremental.range_end, kRanges);
  if (!std::isfinite(incremental.lag) || incremental.lag < 0) {
    refuse_rule(fmt::format("lag of the incremental must not be negative, got {}", incremental.lag),
                "a lag lets rows in that come late; it counts backwards from the last value");
  }
  rule.lag = incremental.lag;
  if (incremental.allow_external_schedulers) join_schedule(rule, environment);
  check_range(rule);
  return rule;
}

}  // namespace dlt
