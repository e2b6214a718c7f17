// SPDX-License-Identifier: Apache-2.0
#include "extract/filtering.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/json/canonical.hpp"
#include "core/json/padded_bytes.hpp"

namespace dlt {

std::string Filtered::values(const std::string& key) const {
  std::vector<std::string> texts;
  for (const Json& row : rows) texts.push_back(row.is_object() ? row.at(key).dump() : row.dump());
  return fmt::format("{}", fmt::join(texts, ","));
}

Filtered filtered(const Incremental& incremental, const std::vector<Json>& rows, const Json& entry,
                  const Json& resource_key) {
  IncrementalFilter filter(check_incremental(incremental, resource_key, {}), entry);
  Filtered result;
  for (const Json& row : rows) {
    filter.count_batch();
    const PaddedBytes text(compact_json(row, SortKeys::kNo));
    const Json* value = filter.rule().cursor.find(row);
    const bool takes = filter.takes(
        value == nullptr ? CursorValue() : CursorValue(*value),
        value == nullptr ? IncrementalFilter::Missing::kYes : IncrementalFilter::Missing::kNo,
        {.json = text.view(), .typed = true});
    if (takes) result.rows.push_back(row);
  }
  result.could_stop = filter.can_stop();
  filter.finish();
  result.entry = filter.entry();
  result.range = filter.range();
  result.notes = filter.notes();
  return result;
}

std::vector<Json> id_and_cursor(const std::vector<std::pair<int, Json>>& rows) {
  std::vector<Json> result;
  for (const auto& [id, cursor] : rows) result.push_back({{"id", id}, {"u", cursor}});
  return result;
}

}  // namespace dlt
