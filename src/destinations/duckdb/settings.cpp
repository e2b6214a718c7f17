// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/settings.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

namespace dlt::duckdb {
namespace {

[[noreturn]] void refuse(std::string_view setting, std::string_view expected) {
  sql::refuse_setting("duckdb", setting, expected);
}

void read(std::string_view name, const Json& value, bool& into) {
  if (!value.is_boolean()) refuse(name, "must be true or false");
  into = value.get<bool>();
}

void read(std::string_view name, const Json& value, std::vector<std::string>& into) {
  if (!value.is_array()) refuse(name, "must be a list of texts");
  for (const Json& item : value) {
    if (!item.is_string()) refuse(name, "must be a list of texts");
    into.push_back(item.get<std::string>());
  }
}

void read(std::string_view name, const Json& value,
          std::vector<std::pair<std::string, std::string>>& into) {
  if (!value.is_object()) refuse(name, "must be a table of values");
  for (const auto& [key, item] : value.items()) {
    if (item.is_structured() || item.is_null()) refuse(name, "must be a table of values");
    into.emplace_back(key, item.is_string() ? item.get<std::string>() : item.dump());
  }
}

void read_credentials(const Json& credentials, Settings& settings) {
  if (!credentials.is_object()) refuse("credentials", "must be a table");
  for (const auto& [name, value] : credentials.items()) {
    if (name == "read_only") {
      read(name, value, settings.read_only);
    } else if (name == "extensions") {
      read(name, value, settings.extensions);
    } else if (name == "global_config") {
      read(name, value, settings.global_config);
    } else if (name == "pragmas") {
      read(name, value, settings.pragmas);
    } else if (name == "local_config") {
      read(name, value, settings.local_config);
    } else {
      refuse(name, "is not known");
    }
  }
}

}  // namespace

Settings Settings::from_json(const Json& settings) {
  Settings result;
  sql::read_settings("duckdb", settings, result,
                     [&result](const Json& credentials) { read_credentials(credentials, result); });
  return result;
}

}  // namespace dlt::duckdb
