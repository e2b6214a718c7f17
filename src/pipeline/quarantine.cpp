// SPDX-License-Identifier: Apache-2.0
// Records that were set aside, and their way back.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "package/quarantine_files.hpp"
#include "pipeline/pipeline_impl.hpp"

namespace dlt {
namespace {

/// What the table's own rows are loaded by. Those that are replaced are added to: the others of
/// their load are there.
Json disposition_for(const Schema& schema, const std::string& name) {
  const Table* table = schema.find_table(name);
  if (table == nullptr || table->property("write_disposition") != "merge") return "append";
  Json disposition = {{"disposition", "merge"}};
  const std::string strategy = table->property("x-merge-strategy");
  if (!strategy.empty()) disposition["strategy"] = strategy;
  return disposition;
}

}  // namespace

std::vector<std::string> Pipeline::Impl::with_quarantine(std::string_view load_id) const {
  std::set<std::string> mended;
  std::vector<std::string> found;
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized,
                                   PackageStage::kLoaded, PackageStage::kFailed}) {
    for (const std::string& id : packages->list(stage)) {
      for (const std::string& other : packages->read_manifest(stage, id).mends)
        mended.insert(other);
      if ((load_id.empty() || id == load_id) &&
          files::exists(packages->path(stage, id) / kQuarantineFolder / kQuarantineIndex))
        found.push_back(id);
    }
  }
  std::erase_if(found, [&](const std::string& id) { return mended.contains(id); });
  std::ranges::sort(found);
  return found;
}

std::vector<Json> Pipeline::Impl::quarantined(std::string_view load_id) const {
  if (!load_id.empty()) stage_of(load_id);
  std::vector<Json> entries;
  for (const std::string& id : with_quarantine(load_id)) {
    for (Json& entry : read_quarantine(packages->path(stage_of(id), id))) {
      entry["load_id"] = id;
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

LoadInfo Pipeline::Impl::load_quarantined(std::string_view load_id) {
  LoadInfo info;
  bool found = false;
  for (const std::string& id : with_quarantine(load_id)) {
    // The records of a package that is not loaded come after it.
    if (stage_of(id) == PackageStage::kFailed) continue;
    if (has_pending()) run(nullptr, {});
    found = true;
    const std::filesystem::path package = packages->path(PackageStage::kLoaded, id);
    const std::string schema_name = packages->read_manifest(PackageStage::kLoaded, id).schema_name;
    const Schema schema = schema_for(schema_name);
    std::map<std::string, Json> by_file;
    for (const Json& entry : read_quarantine(package)) {
      if (entry.at("raw").is_string()) by_file.emplace(entry.at("raw").get<std::string>(), entry);
    }
    Source source{.name = schema_name};
    for (const auto& [file, entry] : by_file) {
      const std::string table = entry.at("table").get<std::string>();
      source.resources.push_back(Resource::from_files(
          entry.at("resource").get<std::string>(), {file},
          {.table_name = table, .write_disposition = disposition_for(schema, table)},
          {.format = file.ends_with(".jsonl") ? "jsonl" : "json"}));
    }
    mends = {id};
    const Data data(std::move(source));
    LoadInfo loaded;
    try {
      loaded = run(&data, {});
    } catch (...) {
      mends.clear();
      throw;
    }
    mends.clear();
    std::ranges::move(info.load_packages, std::back_inserter(loaded.load_packages));
    info = std::move(loaded);
  }
  if (found) return info;
  throw Error(
      ErrorCode::kNotFound,
      load_id.empty()
          ? fmt::format("pipeline '{}' has no records that were set aside", options.pipeline_name)
          : fmt::format("package {} has no records that were set aside", load_id));
}

void Pipeline::Impl::forget_mended(const PackageManifest& manifest) const {
  for (const std::string& id : manifest.mends) {
    files::remove_all(packages->path(PackageStage::kLoaded, id) / kQuarantineFolder);
  }
}

}  // namespace dlt
