// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dlt/cancellation.hpp>
#include <dlt/error.hpp>
#include <dlt/load_info.hpp>
#include <dlt/progress.hpp>
#include <dlt/resource.hpp>
#include <dlt/schema.hpp>

namespace dlt {

/// A pipeline's settings.
struct PipelineOptions {
  std::string pipeline_name = "dlt_pipeline";
  /// Folder of working folders; empty: `~/.dlt/pipelines`, `/var/dlt/pipelines` for root;
  /// DLT_DATA_DIR and XDG_DATA_HOME as dlt has it.
  std::filesystem::path pipelines_dir = {};
  /// "duckdb" (the file `<pipeline_name>.duckdb` in the current folder),
  /// "duckdb:///path/to/file.duckdb", or a path that ends in ".duckdb". Empty: the one that the
  /// pipeline had before.
  std::string destination = {};
  /// The destination's own settings in dlt's words: {"replace_strategy": "insert-from-staging",
  /// "create_indexes": true}; null: none. They are not remembered.
  Json destination_settings = nullptr;
  /// Empty: the one that the pipeline had before, else `<pipeline_name>_dataset`.
  std::string dataset_name = {};
  /// Folders of schema files that are read before, and written after, the schema changes; empty:
  /// none.
  std::filesystem::path import_schema_path = {};
  std::filesystem::path export_schema_path = {};
  /// Starts from scratch, and loads to a dataset of its own: its name gets the time as suffix.
  bool dev_mode = false;
  /// Whether `run` first takes state and schemas from the destination, when the working folder does
  /// not have them.
  bool restore_from_destination = true;
  /// The naming convention of new schemas; empty: the destination's, which is snake_case.
  std::string naming = {};
  /// Longest identifier, when it is to be shorter than the destination's limit.
  std::optional<int> max_identifier_length = {};

  /// Threads that normalize; 0: as many as there are cores.
  int workers = 0;
  /// Bytes of records that are normalized at a time; results do not depend on it.
  std::size_t block_bytes = std::size_t{1} << 20;
  /// A larger record is a bad record.
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// What becomes of a record that cannot be loaded (malformed, too large, a null or a value that
  /// its column does not take): "fail" fails the run before anything of its package is loaded;
  /// "quarantine" sets the record aside with the reason, see `quarantined`, and loads the others.
  std::string on_bad_record = "fail";
  /// What the process may take in memory, in bytes, beside the program itself and records that are
  /// larger than usual: rows that wait for their file, what reads CSV and Parquet, and what the
  /// destination's engine may take follow from it. At least 64 MB.
  std::size_t memory_budget = std::size_t{512} << 20;
  /// Whether rows of CSV, Parquet and Arrow get a `_dlt_id` also where nothing needs one: they do
  /// when they have lists, or are merged.
  bool add_dlt_id = false;
  /// What the working folder may take on disk while a run is under way, in bytes; 0: anything. A
  /// run whose records take more than a quarter of it is loaded in several packages, one after the
  /// other, where killing it between two of them loses and doubles nothing: after a whole file,
  /// merging by a primary key, or by a cursor with `row_order`. Where it is not, the run fails.
  std::uint64_t disk_budget = 0;
  /// How long a destination that another process has locked is waited for.
  double lock_timeout_seconds = 60;
  /// Is told how far a run is; must outlive the pipeline. Null: nobody.
  Progress* progress = nullptr;
  /// Stops a run from another thread or a signal handler's thread.
  CancellationToken cancellation = {};
};

/// What one run says about its data, over what the resources say.
struct RunOptions {
  std::string table_name = {};
  /// "append", "replace", "skip", "merge", or a dictionary with "disposition".
  Json write_disposition = {};
  Json primary_key = {};
  Json merge_key = {};
  Json columns = {};
  /// Replaces the schema's contract.
  Json schema_contract = {};
  std::optional<int> max_table_nesting = {};
  /// What of the source begins anew: "drop_sources" (every table of the schema, and the source's
  /// state), "drop_resources" (the tables and state of the resources of this run), "drop_data" (the
  /// rows of those tables, and the state). Empty: nothing.
  std::string refresh = {};
  /// The schema to extract into, by its document's name; null: the source's or the pipeline's.
  std::shared_ptr<const Schema> schema = {};
};

/// A step of a run that failed. `what()` and the rest are the cause's.
class PipelineStepFailed : public Error {
 public:
  PipelineStepFailed(std::string step, const Error& cause) : Error(cause), step_(std::move(step)) {}
  /// "sync", "extract", "normalize" or "load".
  const std::string& step() const noexcept { return step_; }

 private:
  std::string step_;
};

/// Moves data to a destination: extracts it into load packages in a working folder, normalizes them
/// and loads them.
class Pipeline {
 public:
  /// Opens or creates the working folder. Throws kInvalidArgument for a name or option that makes
  /// no sense, kLocked when another process runs this pipeline.
  explicit Pipeline(PipelineOptions options);
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;
  ~Pipeline();

  /// Finishes what is pending, then extracts, normalizes and loads `data`. Throws
  /// PipelineStepFailed; a package that can never succeed is moved aside, see `failed_packages`.
  LoadInfo run(const Data& data, const RunOptions& options = {});
  /// Finishes what is pending.
  LoadInfo run();

  ExtractInfo extract(const Data& data, const RunOptions& options = {});
  NormalizeInfo normalize();
  LoadInfo load();
  /// Takes state and schemas from the destination, where they are newer than here.
  void sync_destination();

  /// Removes the working folder; the destination stays.
  void drop();
  /// Removes packages that are extracted or normalized but not loaded, with the state they carry.
  /// Returns how many.
  std::size_t drop_pending_packages();
  /// Removes packages that failed. Returns how many. Throws kState while packages are pending that
  /// were extracted on the state of one of them.
  std::size_t drop_failed_packages();
  /// Puts a failed package back, to be normalized or loaded again. Throws kState when a later
  /// extract started from its withdrawn state.
  void retry_failed_package(std::string_view load_id);

  /// Records that were set aside by "quarantine" and not loaded since, of one package or of all:
  /// {"load_id", "resource", "table", "code", "message", "hint", "file", "line", "byte", "row",
  /// "column", "raw"}. "raw" is the path of the file that has the record among others of its
  /// package and table, to be mended there; null where the record was too large to be kept.
  std::vector<Json> quarantined(std::string_view load_id = {}) const;
  /// Loads records that were set aside, mended or not, from their files. Those that still cannot be
  /// loaded are treated as `on_bad_record` says; the old ones are done with once the others are
  /// loaded. Throws kNotFound when there are none.
  LoadInfo load_quarantined(std::string_view load_id = {});

  /// Asks the dataset with SQL, and fills `out` with the rows as an Arrow C stream, which the
  /// caller releases; it holds the destination until then. Tables without a dataset before them are
  /// this pipeline's. Reads only. On PostgreSQL numeric is text, with all of its digits. Throws
  /// what the destination says about the SQL; what goes wrong later, the stream reports.
  void query(std::string_view sql, ArrowArrayStream* out);

  std::vector<std::string> list_extracted_load_packages() const;
  std::vector<std::string> list_normalized_load_packages() const;
  std::vector<std::string> list_completed_load_packages() const;
  std::vector<std::string> list_failed_load_packages() const;
  /// The package's own account of itself (docs/formats/package.md). Throws kNotFound.
  Json load_package_info(std::string_view load_id) const;
  /// What the last load of a package sent to the destination, a statement a line; empty when there
  /// was none. Throws kNotFound.
  std::string load_package_sql(std::string_view load_id) const;
  bool has_pending_data() const;

  const std::string& pipeline_name() const;
  const std::string& dataset_name() const;
  /// The dataset as the destination has it: normalized by the naming convention.
  std::string normalized_dataset_name() const;
  /// Short name of the destination, "duckdb", and where it is, without secrets. Empty when none is
  /// set.
  std::string destination_name() const;
  std::string destination_location() const;
  std::filesystem::path working_dir() const;
  bool first_run() const;

  std::vector<std::string> schema_names() const;
  /// Empty when nothing was extracted yet.
  std::string default_schema_name() const;
  /// Throws kNotFound.
  Schema schema(std::string_view name) const;
  Schema default_schema() const;
  /// The state document as dlt stores it.
  Json state() const;
  /// What the last run did, step by step; null when there was none.
  Json last_trace() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Creates a pipeline: `dlt::pipeline({.pipeline_name = "quick_start", .destination = "duckdb"})`.
Pipeline pipeline(PipelineOptions options);
/// Opens a pipeline that ran before, here or, with destination and dataset given, on another
/// machine. Throws kNotFound.
Pipeline attach(PipelineOptions options);

}  // namespace dlt
