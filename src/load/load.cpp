// SPDX-License-Identifier: Apache-2.0
#include "load/load.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "load/chains.hpp"
#include "load/live_progress.hpp"

namespace dlt {
namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(200);

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

/// Keeps in the package what its load did, however it ends.
class KeptStatements {
 public:
  KeptStatements(const PackageStore& packages, const std::string& load_id,
                 const LoadTransaction& transaction)
      : packages_(packages), load_id_(load_id), transaction_(transaction) {}
  KeptStatements(const KeptStatements&) = delete;
  KeptStatements& operator=(const KeptStatements&) = delete;
  ~KeptStatements() {
    if (is_committed_before_) return;
    try {
      std::string text;
      for (const std::string& statement : transaction_.statements()) text += statement + '\n';
      packages_.write_statements(PackageStage::kNormalized, load_id_, text);
    } catch (const std::exception&) {
      // A load does not fail because nobody can read how it went.
    }
  }
  /// Those of the attempt that committed the package are there.
  void leave() { is_committed_before_ = true; }

 private:
  const PackageStore& packages_;
  const std::string& load_id_;
  const LoadTransaction& transaction_;
  bool is_committed_before_ = false;
};

/// Whether an attempt before this one committed the package. Another pipeline or machine may have
/// taken the same load id in the same microsecond: that is not this package.
bool is_committed(const PackageManifest& manifest, const Schema& schema,
                  DestinationClient& client) {
  if (!client.has_load(manifest.load_id)) return false;
  const bool has_state =
      manifest.state.is_null() || client.has_state(manifest.load_id, manifest.pipeline_name,
                                                   manifest.state.value("_version_hash", ""));
  if (has_state && client.has_load(manifest.load_id, schema.name(), schema.compute_version_hash()))
    return true;
  Error error(ErrorCode::kState, "another run committed a package with the same load id",
              "run again: the data is extracted under another one");
  throw error.add({.load_id = manifest.load_id});
}

}  // namespace

LoadPackageInfo load_package(const PackageStore& packages, const std::string& load_id,
                             DestinationClient& client, const LoadOptions& options) {
  const PackageManifest manifest = packages.read_manifest(PackageStage::kNormalized, load_id);
  const Schema schema = packages.read_schema(PackageStage::kNormalized, load_id);
  LoadPackageInfo info{.load_id = load_id, .state = "loaded", .row_counts = manifest.row_counts};
  if (is_committed(manifest, schema, client)) return info;

  const auto size_of = [&](const std::string& table) {
    std::pair<std::uint64_t, std::uint64_t> rows_and_bytes;
    for (const JobFile& job : manifest.jobs) {
      if (!table.empty() && job.table != table) continue;
      rows_and_bytes.first += static_cast<std::uint64_t>(job.rows);
      rows_and_bytes.second += job.bytes;
    }
    return rows_and_bytes;
  };
  const std::vector<TableChain> chains =
      chains_of(schema, manifest, packages.path(PackageStage::kNormalized, load_id) / "new_jobs",
                options.capabilities);
  TableChain emptied{.disposition = ReplaceStrategy::kTruncateAndInsert};
  for (const std::string& name : manifest.truncated) {
    if (const Table* table = schema.find_table(name)) emptied.tables.push_back({.table = table});
  }
  std::vector<const Table*> tables;
  for (const TableRows& rows : emptied.tables) tables.push_back(rows.table);
  for (const TableChain& chain : chains) {
    for (const TableRows& rows : chain.tables) tables.push_back(rows.table);
  }
  const std::unique_ptr<LoadTransaction> transaction = client.begin();
  KeptStatements kept(packages, load_id, *transaction);
  if (!manifest.dropped.empty()) transaction->drop(schema, manifest.dropped);
  info.schema_update = transaction->migrate(schema, tables);
  transaction->lock(manifest.pipeline_name, load_id);
  // A commit whose outcome was unknown may have come to its end just now.
  if (is_committed(manifest, schema, client)) {
    kept.leave();
    return info;
  }
  if (options.compares_state) check_state(manifest, client);
  // Not before: until here the destination may say that it waits.
  const auto [all_rows, all_bytes] = size_of("");
  LiveProgress progress(options.progress, options.rows_copied, all_rows, all_bytes,
                        kProgressInterval);
  const auto copied = [&](const Table& table) {
    const auto [rows, bytes] = size_of(table.name);
    progress.table_copied(rows, bytes);
    options.cancellation.throw_if_requested("loading");
  };
  if (!emptied.tables.empty()) transaction->load(emptied, {});
  for (const TableChain& chain : chains) transaction->load(chain, copied);
  transaction->store_schema(schema);
  transaction->complete_load(load_id, schema);
  transaction->commit();
  progress.finish();
  return info;
}

}  // namespace dlt
