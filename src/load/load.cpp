// SPDX-License-Identifier: Apache-2.0
#include "load/load.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dlt {
namespace {

/// Tables that a load touches, parents first: those with rows, and the chains of those that are
/// replaced.
std::vector<const Table*> tables_of(const Schema& schema, const PackageManifest& manifest) {
  std::vector<const Table*> tables;
  const auto take = [&tables](const Table* table) {
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
  };
  for (const Table& table : schema.tables()) {
    if (manifest.row_counts.contains(table.name)) take(&table);
  }
  for (const std::string& root : manifest.replaced) {
    for (const Table* table : schema.table_chain(root)) {
      if (table->has_seen_data()) take(table);
    }
  }
  return tables;
}

/// A package that changes the state must find the state that it was extracted on, or none.
void check_state(const PackageManifest& manifest, DestinationClient& client) {
  if (manifest.state.is_null()) return;
  const std::optional<StoredState> stored = client.stored_state(manifest.pipeline_name);
  if (!stored || stored->version_hash == manifest.state_before.value("_version_hash", "")) return;
  Error error(ErrorCode::kState,
              fmt::format("the state of pipeline '{}' at the destination changed after the package "
                          "was extracted: another run of it committed package {}",
                          manifest.pipeline_name, stored->load_id),
              "run again: it starts from the state that is there now");
  throw error.add({.load_id = manifest.load_id});
}

}  // namespace

LoadPackageInfo load_package(const PackageStore& packages, const std::string& load_id,
                             DestinationClient& client, const LoadOptions& options) {
  const PackageManifest manifest = packages.read_manifest(PackageStage::kNormalized, load_id);
  const Schema schema = packages.read_schema(PackageStage::kNormalized, load_id);
  LoadPackageInfo info{.load_id = load_id, .state = "loaded", .row_counts = manifest.row_counts};
  if (client.has_load(load_id, schema.name())) return info;

  const std::filesystem::path jobs_folder =
      packages.path(PackageStage::kNormalized, load_id) / "new_jobs";
  std::map<std::string, std::vector<std::filesystem::path>> files;
  StepProgress done{.step = "load"};
  for (const JobFile& job : manifest.jobs) {
    files[job.table].push_back(jobs_folder / job.name);
    done.total_bytes += job.bytes;
  }
  if (options.progress != nullptr) options.progress->update(done);
  const std::vector<const Table*> tables = tables_of(schema, manifest);
  const std::unique_ptr<LoadTransaction> transaction = client.begin();
  if (options.compares_state) check_state(manifest, client);
  info.schema_update = transaction->migrate(schema, tables);
  for (const std::string& root : manifest.replaced) {
    for (const Table* table : schema.table_chain(root)) {
      if (table->has_seen_data()) transaction->truncate(*table);
    }
  }
  for (const Table* table : tables) {
    options.cancellation.throw_if_requested("loading");
    const auto jobs = files.find(table->name);
    if (jobs == files.end()) continue;
    transaction->copy(*table, jobs->second);
    ++done.tables;
    for (const JobFile& job : manifest.jobs) {
      if (job.table != table->name) continue;
      done.rows += static_cast<std::uint64_t>(job.rows);
      done.bytes += job.bytes;
    }
    if (options.progress != nullptr) options.progress->update(done);
  }
  transaction->store_schema(schema);
  transaction->complete_load(load_id, schema);
  transaction->commit();
  if (options.progress != nullptr) options.progress->finish(done);
  return info;
}

}  // namespace dlt
