// SPDX-License-Identifier: Apache-2.0
// Records that were set aside, and their way back.
#include "package/quarantine.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

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
  std::vector<std::string> found;
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized,
                                   PackageStage::kLoaded, PackageStage::kFailed}) {
    for (const std::string& id : packages->list(stage)) {
      if ((load_id.empty() || id == load_id) &&
          files::exists(packages->path(stage, id) / kQuarantineFolder / kQuarantineIndex))
        found.push_back(id);
    }
  }
  std::ranges::sort(found);
  return found;
}

Pipeline::Impl::Overtaken Pipeline::Impl::overtaken() const {
  Overtaken overtaken;
  // What failed brings nothing.
  for (const PackageStage stage :
       {PackageStage::kExtracted, PackageStage::kNormalized, PackageStage::kLoaded}) {
    for (const std::string& id : packages->list(stage)) {
      const PackageManifest manifest = packages->read_manifest(stage, id);
      overtaken.mended.insert(manifest.mends.begin(), manifest.mends.end());
      for (const auto* tables : {&manifest.replaced, &manifest.dropped, &manifest.truncated}) {
        for (const std::string& table : *tables)
          overtaken.emptied[table] = std::max(overtaken.emptied[table], id);
      }
    }
  }
  return overtaken;
}

bool Pipeline::Impl::Overtaken::has_emptied(const Json& entry, const std::string& id) const {
  const auto last = emptied.find(entry.at("table").get<std::string>());
  return last != emptied.end() && last->second > id;
}

std::vector<Json> Pipeline::Impl::quarantined(std::string_view load_id) const {
  if (!load_id.empty()) stage_of(load_id);
  const Overtaken by_others = overtaken();
  std::vector<Json> entries;
  for (const std::string& id : with_quarantine(load_id)) {
    const PackageStage stage = stage_of(id);
    for (Json& entry : read_quarantine(packages->path(stage, id))) {
      // Of what another package brings again, only those stay that were not kept.
      if (by_others.mended.contains(id) && entry.at("raw").is_string()) continue;
      if (by_others.has_emptied(entry, id)) continue;
      entry["load_id"] = id;
      entry["failed"] = stage == PackageStage::kFailed;
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

LoadInfo Pipeline::Impl::load_quarantined(std::string_view load_id) {
  LoadInfo info;
  bool found = false;
  if (has_pending()) run(nullptr, {});
  const Overtaken by_others = overtaken();
  for (const std::string& id : with_quarantine(load_id)) {
    // The records of a package that is not loaded come after it.
    if (by_others.mended.contains(id) || stage_of(id) == PackageStage::kFailed) continue;
    const std::filesystem::path package = packages->path(PackageStage::kLoaded, id);
    const std::string schema_name = packages->read_manifest(PackageStage::kLoaded, id).schema_name;
    const Schema schema = schema_for(schema_name);
    std::map<std::string, Json> by_file;
    for (const Json& entry : read_quarantine(package)) {
      if (entry.at("raw").is_string() && !by_others.has_emptied(entry, id))
        by_file.emplace(entry.at("raw").get<std::string>(), entry);
    }
    if (by_file.empty()) continue;
    found = true;
    // One that failed to bring them would bring them once more when it is retried.
    for (const std::string& failed : packages->list(PackageStage::kFailed)) {
      const PackageManifest manifest = packages->read_manifest(PackageStage::kFailed, failed);
      if (std::ranges::find(manifest.mends, id) != manifest.mends.end())
        packages->remove(PackageStage::kFailed, failed);
    }
    Source source{.name = schema_name};
    for (const auto& [file, entry] : by_file) {
      const std::string table = entry.at("table").get<std::string>();
      FileOptions written{.format = std::filesystem::path(file).extension().string().substr(1)};
      if (written.format == "csv") {
        written.csv = {.delimiter = entry.at("csv").at("delimiter").get<std::string>(),
                       .quote = entry.at("csv").at("quote").get<std::string>(),
                       .header = true};
      }
      source.resources.push_back(Resource::from_files(
          entry.at("resource").get<std::string>(), {file},
          {.table_name = table, .write_disposition = disposition_for(schema, table)}, written));
    }
    const Data data(std::move(source));
    LoadInfo loaded = run(&data, {}, {id});
    std::ranges::move(info.load_packages, std::back_inserter(loaded.load_packages));
    info = std::move(loaded);
  }
  if (found) return info;
  const std::vector<Json> left = quarantined(load_id);
  if (std::ranges::any_of(left, [](const Json& entry) { return entry.at("failed") == true; })) {
    throw Error(ErrorCode::kNotFound, "the package of the records that are set aside failed",
                "they can be loaded once it is: retry it, or drop it and load its files again");
  }
  if (!left.empty()) {
    throw Error(ErrorCode::kNotFound, "the records that are set aside were not kept",
                "load their files again (ingest --reload), with a larger max_record_bytes "
                "(--max-record-bytes) where they are too large");
  }
  throw Error(
      ErrorCode::kNotFound,
      load_id.empty()
          ? fmt::format("pipeline '{}' has no records that were set aside", options.pipeline_name)
          : fmt::format("package {} has no records that were set aside", load_id));
}

void Pipeline::Impl::forget_mended(const PackageManifest& manifest) const {
  for (const std::string& id : manifest.mends) {
    const std::filesystem::path package = packages->path(PackageStage::kLoaded, id);
    std::string left;
    std::set<std::string> raw;
    for (const Json& entry : read_quarantine(package)) {
      if (entry.at("raw").is_string()) {
        raw.insert(entry.at("raw").get<std::string>());
      } else {
        left += entry.dump() + "\n";
      }
    }
    if (left.empty()) {
      files::remove_all(package / kQuarantineFolder);
      continue;
    }
    // What was not kept is still to be known.
    files::write_atomically(package / kQuarantineFolder / kQuarantineIndex, left);
    for (const std::string& file : raw) files::remove(file);
  }
}

}  // namespace dlt
