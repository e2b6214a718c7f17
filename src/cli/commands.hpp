// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dlt/cancellation.hpp"
#include "dlt/error.hpp"

namespace dlt::cli {

// What the program exits with.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInterrupted = 130;

struct ExitStatus {
  int code = 0;
  const char* meaning = "";
};
inline constexpr std::array<ExitStatus, 4> kExitStatuses = {{{kDone, "done"},
                                                             {kFailed, "failed"},
                                                             {kUsage, "usage or configuration"},
                                                             {kInterrupted, "interrupted"}}};

/// What every command takes.
struct CommonOptions {
  std::filesystem::path pipelines_dir = {};
  /// How long another process may hold the destination.
  int lock_timeout = 60;
};

struct IngestOptions {
  std::vector<std::string> sources = {};
  std::string destination = {};
  std::string table = {};
  std::string dataset = {};
  std::string pipeline = "ingest";
  std::string write_disposition = {};
  std::string primary_key = {};
  std::string merge_key = {};
  std::string refresh = {};
  std::string incremental = {};
  std::string incremental_initial = {};
  std::string on_cursor_value_missing = {};
  std::string columns = {};
  std::optional<int> max_table_nesting = {};
  std::string naming = {};
  std::string schema_contract = {};
  int workers = 0;
  std::size_t block_bytes = std::size_t{1} << 20;
  std::uint64_t disk_budget = 0;
  std::uint64_t max_record_bytes = std::uint64_t{16} << 20;
  std::string on_bad_record = "fail";
  std::uint64_t memory_budget = std::uint64_t{512} << 20;
  std::string records = {};
  std::string format = "auto";
  std::string csv_delimiter = {};
  std::string csv_quote = "\"";
  std::string csv_header = {};
  bool add_dlt_id = false;
  bool reload = false;
  bool quiet = false;
  bool json = false;
};

struct PipelineOptionsGiven {
  std::string name = {};
  std::string format = "yaml";
  std::string load_id = {};
  bool yes = false;
  bool failed = false;
  bool load = false;
  bool json = false;
};

struct QueryOptions {
  std::string pipeline = {};
  std::string dataset = {};
  /// SQL, or a destination and SQL.
  std::vector<std::string> arguments = {};
  std::string format = "table";
  bool write = false;
};

struct CompletionOptions {
  std::string shell = {};
  bool pipelines = false;
};

/// Says the error on stderr, and returns what the program exits with.
int report(const Error& error);

// The commands. They print their result to stdout and return what the program exits with; they
// throw dlt::Error.
int ingest(const CommonOptions& common, const IngestOptions& options,
           const CancellationToken& cancellation);
int pipeline_info(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_schema(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_trace(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_packages(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_sql(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_failed_jobs(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_quarantine(const CommonOptions& common, const PipelineOptionsGiven& options,
                        const CancellationToken& cancellation);
int pipeline_retry(const CommonOptions& common, const PipelineOptionsGiven& options,
                   const CancellationToken& cancellation);
int pipeline_drop_pending(const CommonOptions& common, const PipelineOptionsGiven& options);
int pipeline_drop(const CommonOptions& common, const PipelineOptionsGiven& options);
int query(const CommonOptions& common, const QueryOptions& options,
          const CancellationToken& cancellation);
/// One name a line.
int list_pipelines(const CommonOptions& common);

}  // namespace dlt::cli
