// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/settings.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt::sql {

void read_settings(std::string_view destination, const Json& document, Settings& settings,
                   const std::function<void(const Json& credentials)>& read_credentials) {
  if (document.is_null()) return;
  if (!document.is_object()) refuse_setting(destination, "settings", "must be a table");
  for (const auto& [name, value] : document.items()) {
    if (name == "create_indexes") {
      if (!value.is_boolean()) refuse_setting(destination, name, "must be true or false");
      settings.create_indexes = value.get<bool>();
    } else if (name == "replace_strategy") {
      if (!value.is_string()) refuse_setting(destination, name, "must be text");
      settings.replace_strategy = value.get<std::string>();
    } else if (name == "credentials") {
      read_credentials(value);
    } else {
      refuse_setting(destination, name, "is not known");
    }
  }
}

void refuse_setting(std::string_view destination, std::string_view setting,
                    std::string_view expected, std::string hint) {
  throw Error(ErrorCode::kConfiguration,
              fmt::format("a setting of destination '{}' is wrong: '{}' {}", destination, setting,
                          expected),
              std::move(hint));
}

}  // namespace dlt::sql
