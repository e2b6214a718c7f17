// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dlt/incremental.hpp"
#include "extract/incremental_filter.hpp"

namespace dlt {

/// What a run of rows through an incremental leaves.
struct Filtered {
  std::vector<Json> rows = {};
  /// The cursor's part of the state, for the next run.
  Json entry = {};
  bool could_stop = false;
  CursorRange range = {};
  std::vector<std::string> notes = {};

  /// The values of a key of the rows, joined by commas.
  std::string values(const std::string& key = "id") const;
};

/// Runs rows, one page each, through an incremental that goes on from `entry`.
Filtered filtered(const Incremental& incremental, const std::vector<Json>& rows,
                  const Json& entry = {}, const Json& resource_key = {});

/// Rows of {"id", "u"}: {{1, 10}, {2, 20}}.
std::vector<Json> id_and_cursor(const std::vector<std::pair<int, Json>>& rows);

}  // namespace dlt
