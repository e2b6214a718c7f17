// SPDX-License-Identifier: Apache-2.0
#include "dlt/load_info.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt {

Json ExtractInfo::to_json() const {
  Json json = {{"loads_ids", loads_ids}, {"notes", notes}, {"seconds", seconds}};
  json["incremental"] = Json::array();
  for (const IncrementalMetrics& metrics : incremental) {
    json["incremental"].push_back(
        {{"resource", metrics.resource},
         {"cursor_path", metrics.cursor_path},
         {"unfiltered_items_count", metrics.unfiltered_items_count},
         {"unfiltered_batches_count", metrics.unfiltered_batches_count},
         {"initial_unique_hashes_count", metrics.initial_unique_hashes_count},
         {"final_unique_hashes_count", metrics.final_unique_hashes_count}});
  }
  return json;
}

Json NormalizeInfo::to_json() const {
  return {{"loads_ids", loads_ids},
          {"row_counts", row_counts},
          {"notes", notes},
          {"quarantined", quarantined},
          {"seconds", seconds}};
}

std::vector<std::string> LoadInfo::loads_ids() const {
  std::vector<std::string> ids;
  for (const LoadPackageInfo& package : load_packages) ids.push_back(package.load_id);
  return ids;
}

bool LoadInfo::has_failed_jobs() const {
  return std::any_of(load_packages.begin(), load_packages.end(),
                     [](const LoadPackageInfo& p) { return p.state == "failed"; });
}

void LoadInfo::raise_on_failed_jobs() const {
  for (const LoadPackageInfo& package : load_packages) {
    if (package.state != "failed") continue;
    Error error(ErrorCode::kDestination, package.failed_message);
    throw error.add({.load_id = package.load_id});
  }
}

std::string LoadInfo::to_string() const {
  std::string text =
      fmt::format("Pipeline {} completed in {:.2f} seconds\n", pipeline_name, seconds);
  text += fmt::format("{} load package(s) were loaded to destination {} and into dataset {}\n",
                      load_packages.size(), destination_name, dataset_name);
  text += fmt::format("The {} destination used {} location to store data", destination_name,
                      destination_location);
  for (const LoadPackageInfo& package : load_packages) {
    const bool failed = package.state == "failed";
    text += fmt::format("\nLoad package {} is {} and contains {}", package.load_id,
                        failed ? "FAILED" : "LOADED",
                        failed ? "failed jobs: " + package.failed_message : "no failed jobs");
  }
  return text;
}

Json LoadInfo::to_json() const {
  Json json = {{"pipeline_name", pipeline_name},
               {"destination_name", destination_name},
               {"destination_location", destination_location},
               {"dataset_name", dataset_name},
               {"first_run", first_run},
               {"seconds", seconds},
               {"loads_ids", loads_ids()}};
  json["load_packages"] = Json::array();
  for (const LoadPackageInfo& package : load_packages) {
    json["load_packages"].push_back({{"load_id", package.load_id},
                                     {"state", package.state},
                                     {"row_counts", package.row_counts},
                                     {"schema_update", package.schema_update},
                                     {"failed_message", package.failed_message}});
  }
  return json;
}

std::ostream& operator<<(std::ostream& stream, const LoadInfo& info) {
  return stream << info.to_string();
}

}  // namespace dlt
