// SPDX-License-Identifier: Apache-2.0
#include "extract/refresh.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::array<std::pair<std::string_view, Refresh>, 4> kModes = {
    {{"", Refresh::kNothing},
     {"drop_sources", Refresh::kDropSources},
     {"drop_resources", Refresh::kDropResources},
     {"drop_data", Refresh::kDropData}}};

}  // namespace

Refresh parse_refresh(std::string_view mode) {
  for (const auto& [name, value] : kModes) {
    if (mode == name) return value;
  }
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("unknown refresh: expected 'drop_sources', 'drop_resources' or "
                          "'drop_data', got '{}'",
                          mode));
}

RefreshedTables refresh(Refresh mode, const std::vector<Resource>& resources, Schema& schema,
                        PipelineState& state) {
  RefreshedTables tables;
  if (mode == Refresh::kNothing) return tables;
  const bool all = mode == Refresh::kDropSources;
  const auto is_chosen = [&](const Table& table) {
    const std::string name = schema.root_table(table).property("resource");
    return all || std::ranges::any_of(resources, [&name](const Resource& resource) {
             return resource.name() == name;
           });
  };
  std::vector<std::string> chosen;
  std::vector<std::string> with_data;
  for (const Table& table : schema.tables()) {
    if (schema.is_system_name(table.name) || !is_chosen(table)) continue;
    chosen.push_back(table.name);
    if (table.has_seen_data()) with_data.push_back(table.name);
  }
  if (mode == Refresh::kDropData) {
    tables.truncated = std::move(with_data);
  } else {
    std::ranges::reverse(with_data);
    tables.dropped = std::move(with_data);
    for (const std::string& name : chosen) schema.drop_table(name);
  }
  if (all) {
    state.reset_source_state(schema.name());
  } else {
    for (const Resource& resource : resources)
      state.reset_resource_state(schema.name(), resource.name());
  }
  return tables;
}

}  // namespace dlt
