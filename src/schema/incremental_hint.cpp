// SPDX-License-Identifier: Apache-2.0
#include "schema/incremental_hint.hpp"

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::pair<std::string_view, std::string Incremental::*> kTexts[] = {
    {"cursor_path", &Incremental::cursor_path},
    {"row_order", &Incremental::row_order},
    {"on_cursor_value_missing", &Incremental::on_cursor_value_missing},
    {"range_start", &Incremental::range_start},
    {"range_end", &Incremental::range_end},
};

constexpr std::pair<std::string_view, Json Incremental::*> kValues[] = {
    {"initial_value", &Incremental::initial_value},
    {"end_value", &Incremental::end_value},
    {"primary_key", &Incremental::primary_key},
};

[[noreturn]] void refuse_member(std::string_view key, std::string_view expected,
                                const Json& value) {
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("hint 'incremental.{}': expected {}, got {}", key, expected,
                          value.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

bool read_member(Incremental& incremental, const std::string& key, const Json& value) {
  for (const auto& [name, member] : kTexts) {
    if (key != name) continue;
    if (!value.is_string()) refuse_member(key, "text", value);
    incremental.*member = value.get<std::string>();
    return true;
  }
  for (const auto& [name, member] : kValues) {
    if (key != name) continue;
    incremental.*member = value;
    return true;
  }
  if (key == "last_value_func") {
    if (!value.is_string()) refuse_member(key, "'max' or 'min'", value);
    incremental.last_value_func = value.get<std::string>();
  } else if (key == "lag") {
    if (!value.is_number()) refuse_member(key, "a number", value);
    incremental.lag = value.get<double>();
  } else if (key == "allow_external_schedulers") {
    if (!value.is_boolean()) refuse_member(key, "true or false", value);
    incremental.allow_external_schedulers = value.get<bool>();
  } else {
    return false;
  }
  return true;
}

}  // namespace

Incremental parse_incremental(const Json& document) {
  if (!document.is_object()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("hint 'incremental': expected an object, got {}", document.dump()),
                "for example {\"cursor_path\": \"updated_at\"}");
  }
  Incremental incremental;
  for (const auto& [key, value] : document.items()) {
    if (value.is_null() || read_member(incremental, key, value)) continue;
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("hint 'incremental': unknown member '{}'", key),
                "cursor_path, initial_value, last_value_func, primary_key, end_value, row_order, "
                "allow_external_schedulers, on_cursor_value_missing, lag, range_start, range_end");
  }
  return incremental;
}

}  // namespace dlt
