// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/files/file.hpp"
#include "destinations/destination.hpp"
#include "dlt/pipeline.hpp"
#include "load/load.hpp"
#include "normalize/normalize.hpp"
#include "package/package_store.hpp"
#include "pipeline/trace.hpp"
#include "schema/schema_files.hpp"
#include "state/state.hpp"

namespace dlt {

inline constexpr const char* kStateFile = "state.json";
inline constexpr const char* kSchemaFolder = "schemas";
/// Local member of the state, see Impl::is_behind.
inline constexpr const char* kIsBehind = "is_behind";
inline constexpr const char* kTraceFile = "trace.json";

/// What a sync found.
struct SyncInfo {
  std::vector<std::string> notes = {};
  Json to_json() const { return {{"notes", notes}}; }
};

/// A pipeline with its working folder open and locked.
///
/// What is on disk, and in which order it changes, is what makes a run survive a crash: a package
/// is committed by one rename, and `state.json` is written after it. A package carries the state
/// that it was extracted with, so that a state that was not written is found there (`recover`).
struct Pipeline::Impl {
  /// `held`: the pipeline's lock, when the caller has it already.
  explicit Impl(PipelineOptions given, std::optional<FileLock> held = {});

  // Working folder.
  void take_lock();
  void open_folder();
  void save_state();
  void set_destination();
  /// The destination's, or those of one that can do everything.
  const Capabilities& capabilities() const;
  void note_destination();
  /// A state that knows nothing.
  void begin_state();
  /// Begins anew, with packages left as they are.
  void forget();
  /// What a pipeline did in dev_mode is thrown away when data comes without it.
  void leave_dev_mode();

  bool quarantines() const { return options.on_bad_record == "quarantine"; }

  // Schemas.
  SchemaStorage schema_storage() const;
  std::shared_ptr<const NamingConvention> naming_for(const std::string& name) const;
  /// The schema to go on with: the stored one or a new one.
  Schema schema_for(const std::string& name);
  Schema schema_to_normalize(const PackageManifest& manifest);
  /// Stores the schema of the newest normalized package where a crash prevented that.
  void save_newest_schema();
  std::string schema_name_for(const Source& source) const;
  /// The dataset as the destination has it: normalized, as dlt does, like a table's name.
  std::string normalized_dataset_name() const;

  // Steps. They throw what went wrong; `step` adds where.
  /// `load_package`: takes a full package to the destination, when there is a disk budget. Empty:
  /// the extract is one package. `mends`: packages whose quarantine the data is.
  ExtractInfo extract(const Data& data, const RunOptions& options,
                      const std::function<void()>& load_package = {},
                      std::vector<std::string> mends = {});
  NormalizeInfo normalize();
  LoadInfo load();
  /// Tries again, as often as the destination is worth it, when what went wrong may be over soon.
  LoadPackageInfo load_patiently(const std::string& load_id, const LoadOptions& load_options);
  LoadInfo run(const Data* data, const RunOptions& options, std::vector<std::string> mends = {});
  /// `kReadOnly` does not make a destination that is not there yet.
  SyncInfo sync(QueryAccess access);
  /// Whether the destination has to be asked before an extract: nothing is known here, or a load
  /// found another state there.
  bool is_behind() const;
  /// Runs a step of a run: its result goes to the trace, and so does its failure, which is thrown
  /// as PipelineStepFailed.
  template <class F>
  auto step(const char* name, F body);
  /// A step that is no part of a run.
  template <class F>
  auto single_step(const char* name, F body);
  void save_trace() noexcept;

  std::vector<Resource> resources_of(const Source& source, const RunOptions& options) const;
  std::string new_load_id();
  void normalize_one(const PackageManifest& manifest, NormalizeInfo& info);
  std::unique_ptr<DestinationClient> open_destination(QueryAccess access);
  DestinationClient& client();
  void query(std::string_view sql, ArrowArrayStream* out);
  /// Whether the destination or the dataset is another than that of the run before.
  bool has_moved() const;
  /// Null when there is nothing to read.
  std::unique_ptr<DestinationClient> look(QueryAccess access);
  void restore(DestinationClient& remote, const std::optional<StoredState>& stored);

  /// Throws kNotFound.
  PackageStage stage_of(std::string_view load_id) const;

  // Packages that did not get through (package_recovery.cpp).
  bool has_pending() const;
  /// Puts right what a crash left: packages that lie in two stages, a state that was not written.
  void recover();
  /// Whether the pipeline's state is the one that the package brought.
  bool holds(const PackageManifest& manifest) const;
  void adopt_state(const Json& document);
  /// Takes back the state of packages that failed, once nothing is pending that went on from it.
  void withdraw_failed();
  /// Throws kState when a failed package holds this one back.
  void check_not_held_back(const PackageManifest& manifest) const;
  /// Does what a step does with a package, and moves a package that can never succeed aside.
  template <class F>
  auto or_set_aside(PackageStage stage, const std::string& load_id, const char* step, F body);
  void set_aside_if_terminal(PackageStage stage, const std::string& load_id, const char* step,
                             Error& error);
  std::size_t drop_pending();
  std::size_t drop_failed();
  void retry(const std::string& load_id);

  // Records that were set aside (quarantine.cpp).
  /// Packages with such records.
  std::vector<std::string> with_quarantine(std::string_view load_id) const;
  /// What other packages make of them.
  struct Overtaken {
    /// Packages whose records another one brings again.
    std::set<std::string> mended = {};
    /// By table, the last package that takes its rows away.
    std::map<std::string, std::string> emptied = {};

    /// Whether the rows that the record of a package belongs to are gone.
    bool has_emptied(const Json& entry, const std::string& id) const;
  };
  Overtaken overtaken() const;
  std::vector<Json> quarantined(std::string_view load_id) const;
  LoadInfo load_quarantined(std::string_view load_id);
  void forget_mended(const PackageManifest& manifest) const;

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
  /// What the client has read.
  std::atomic<std::int64_t> rows_copied = 0;
  std::unique_ptr<DestinationClient> open_client;
  std::string last_known_load_id;
  bool synced = false;
  Trace trace;
  /// Of the step that is taken. One that others come in between of begins it anew after them.
  Stopwatch step_watch;
};

template <class F>
auto Pipeline::Impl::step(const char* name, F body) {
  step_watch = Stopwatch();
  try {
    auto info = body();
    trace.add(name, step_watch.seconds(), info.to_json());
    return info;
  } catch (const PipelineStepFailed&) {
    throw;
  } catch (const Error& error) {
    open_client.reset();
    // Another run may have changed what is at the destination: the next one looks again.
    synced = false;
    trace.fail(name, step_watch.seconds(), error);
    save_trace();
    throw PipelineStepFailed(name, error);
  } catch (const std::exception& error) {
    open_client.reset();
    trace.fail(name, step_watch.seconds(), error);
    save_trace();
    throw;
  } catch (...) {
    open_client.reset();
    throw;
  }
}

template <class F>
auto Pipeline::Impl::single_step(const char* name, F body) {
  trace = Trace(options.pipeline_name, folder / kTraceFile);
  auto info = step(name, body);
  save_trace();
  return info;
}

template <class F>
auto Pipeline::Impl::or_set_aside(PackageStage stage, const std::string& load_id, const char* step,
                                  F body) {
  try {
    return body();
  } catch (Error& error) {
    // A transaction must not outlive its client: it ended with the exception.
    open_client.reset();
    try {
      packages->remove(PackageStage::kNormalizing, load_id);
      set_aside_if_terminal(stage, load_id, step, error);
    } catch (const Error&) {
      // It stays pending, and fails once more: what failed first is what is told.
    }
    throw;
  }
}

}  // namespace dlt
