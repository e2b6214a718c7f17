// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "destinations/sql/dialect.hpp"
#include "dlt/json.hpp"
#include "schema/capabilities.hpp"

namespace dlt::sql {

/// What dlt lets a user say of every SQL destination.
struct Settings {
  /// Columns with the hint `unique` get a constraint.
  bool create_indexes = false;
  /// Empty: the destination's first.
  std::string replace_strategy = {};

  Constraints constraints() const {
    return create_indexes ? Constraints::kNotNullAndUnique : Constraints::kNotNull;
  }
  /// Throws kConfiguration for a replace strategy that the destination has not.
  void apply_to(Capabilities& capabilities) const {
    if (!replace_strategy.empty()) capabilities.prefer(replace_strategy);
  }
};

/// Reads {"create_indexes": ..., "replace_strategy": ..., "credentials": ...}, of which the last is
/// the destination's own; null: none. Throws kConfiguration, naming the setting.
void read_settings(std::string_view destination, const Json& document, Settings& settings,
                   const std::function<void(const Json& credentials)>& read_credentials);

/// Throws kConfiguration: "a setting of destination 'postgres' is wrong: 'port' must be ...".
[[noreturn]] void refuse_setting(std::string_view destination, std::string_view setting,
                                 std::string_view expected, std::string hint = {});

}  // namespace dlt::sql
