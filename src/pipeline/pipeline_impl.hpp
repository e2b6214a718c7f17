// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/files/file.hpp"
#include "destinations/destination.hpp"
#include "dlt/pipeline.hpp"
#include "normalize/normalize.hpp"
#include "package/package_store.hpp"
#include "pipeline/trace.hpp"
#include "schema/schema_files.hpp"
#include "state/state.hpp"

namespace dlt {

inline constexpr const char* kTraceFile = "trace.json";

/// A pipeline with its working folder open and locked.
///
/// What is on disk, and in which order it changes, is what makes a run survive a crash: a package
/// is committed by one rename, and `state.json` is written after it. A package carries the state
/// that it was extracted with, so that a state that was not written is found there (`recover`).
struct Pipeline::Impl {
  explicit Impl(PipelineOptions given);

  // Working folder.
  void open_folder();
  void recover();
  void save_state();
  void set_destination();
  /// A state that knows nothing.
  void begin_state();
  void note_dataset();
  /// Begins anew, with packages left as they are.
  void forget();
  bool has_pending() const;
  /// Whether the destination or the dataset is another than that of the run before.
  bool has_moved() const;

  // Schemas.
  SchemaStorage schema_storage() const;
  std::shared_ptr<const NamingConvention> naming_for(const std::string& name) const;
  /// The schema to go on with: the stored one, or that of a pending package that was normalized
  /// after it was stored, or a new one.
  Schema schema_for(const std::string& name);
  std::string schema_name_for(const Source& source) const;

  // Steps. They throw what went wrong; `step` adds where.
  ExtractInfo extract(const Data& data, const RunOptions& options);
  NormalizeInfo normalize();
  LoadInfo load();
  LoadInfo run(const Data* data, const RunOptions& options);
  void sync();
  /// Runs a step of a run: its result goes to the trace, and so does its failure, which is thrown
  /// as PipelineStepFailed.
  template <class F>
  auto step(const char* name, F body);

  std::vector<Resource> resources_of(const Source& source, const RunOptions& options) const;
  std::string new_load_id();
  void normalize_one(const std::string& load_id, NormalizeInfo& info);
  /// The failed package whose state, by its hash, the package went on from. Several packages may
  /// carry one state; the newest before it is meant.
  std::optional<std::string> failed_origin(const std::string& load_id,
                                           const std::string& state_hash) const;
  /// Throws kState when a failed package holds this one back.
  void check_not_held_back(PackageStage stage, const std::string& load_id) const;
  /// Moves a package that can never succeed aside and takes its state back.
  void set_aside(PackageStage stage, const std::string& load_id, const char* step,
                 const Error& error);
  void withdraw_state(const PackageManifest& manifest);
  std::size_t drop_pending();
  void retry(const std::string& load_id);
  DestinationClient& client();

  PipelineOptions options;
  std::filesystem::path folder;
  std::optional<FileLock> lock;
  std::optional<PackageStore> packages;
  std::optional<PipelineState> state;
  std::shared_ptr<Destination> destination;
  std::string dataset_name;
  /// Where the run before loaded to; empty when there was none.
  struct {
    std::string location = {};
    std::string dataset = {};
  } loaded_to;
  std::unique_ptr<DestinationClient> open_client;
  std::string last_known_load_id;
  bool synced = false;
  Trace trace;
};

template <class F>
auto Pipeline::Impl::step(const char* name, F body) {
  const Stopwatch watch;
  try {
    auto info = body();
    trace.add(name, watch.seconds(), info.to_json());
    return info;
  } catch (const PipelineStepFailed&) {
    throw;
  } catch (const Error& error) {
    open_client.reset();
    trace.fail(name, watch.seconds(), error);
    if (files::exists(folder)) trace.save(folder / kTraceFile);
    throw PipelineStepFailed(name, error);
  }
}

/// Whether the package that failed so will fail so again, whatever happens.
bool is_terminal(const Error& error);

}  // namespace dlt
