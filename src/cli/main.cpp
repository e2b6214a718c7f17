// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "dlt/error.hpp"

namespace dlt::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  dltpp ingest events.jsonl --to events.duckdb
  dltpp ingest 'logs/*.jsonl.gz' --to duckdb:///logs.duckdb --table logs --pipeline logs
  dltpp query events.duckdb "SELECT count(*) FROM events"
  dltpp pipeline ingest info

Exit codes: 0 done, 1 failed, 2 usage or configuration, 130 interrupted.)";

int exit_code(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kConfiguration: return kUsage;
    case ErrorCode::kInterrupted: return kInterrupted;
    default: return kFailed;
  }
}

void add_ingest(CLI::App& app, IngestOptions& options) {
  app.add_option("SOURCE", options.sources, "Files, patterns in quotes, folders, or - for standard input")->required();
  app.add_option("--to", options.destination, "Where to: a path ending in .duckdb, or duckdb:///path")->required()->type_name("DESTINATION");
  app.add_option("--table", options.table, "The table for all sources; default: each file's name");
  app.add_option("--dataset", options.dataset, "The dataset; default: <pipeline>_dataset");
  app.add_option("--pipeline", options.pipeline, "The pipeline that remembers what was loaded")->capture_default_str();
  app.add_option("--write-disposition", options.write_disposition, "append (default), replace or skip")->check(CLI::IsMember({"append", "replace", "skip"}));
  app.add_option("--columns", options.columns, "Data types of columns: name:type,...");
  app.add_option("--max-table-nesting", options.max_table_nesting, "Levels that become tables and columns; deeper values stay JSON")->check(CLI::NonNegativeNumber);
  app.add_option("--naming", options.naming, "Naming convention of new schemas: snake_case, duck_case, direct, sql_ci_v1, sql_cs_v1");
  app.add_option("--schema-contract", options.schema_contract, "evolve, freeze, discard_row or discard_value; or entity=mode,... for tables, columns, data_type");
  app.add_option("--workers", options.workers, "Threads that normalize; default: as many as there are cores")->check(CLI::Range(1, 1024));
  app.add_option("--block-bytes", options.block_bytes, "Bytes of records that a thread takes at a time")->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30))->capture_default_str();
  app.add_option("--records", options.records, "Which values in a document are the records, as JSONPath: '$.features[*]'");
  app.add_option("--format", options.format, "How records are written")->check(CLI::IsMember({"auto", "jsonl", "json"}))->capture_default_str();
  app.add_flag("--reload", options.reload, "Load files even if they are loaded already");
  app.add_flag("--quiet", options.quiet, "No progress and no result, errors only");
  app.add_flag("--json", options.json, "The result as JSON");
}

int run(int argc, char** argv) {
  CLI::App app("Loads nested JSON into typed, relational tables.", "dltpp");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", "dltpp " DLTPP_VERSION);
  CommonOptions common;
  IngestOptions ingest_options;
  PipelineOptionsGiven pipeline_options;
  QueryOptions query_options;
  const auto add_common = [&common](CLI::App& command) {
    command.add_option("--pipelines-dir", common.pipelines_dir, "Folder of the pipelines' working folders");
  };

  CLI::App& ingest_command = *app.add_subcommand("ingest", "Load files of JSON");
  add_ingest(ingest_command, ingest_options);
  add_common(ingest_command);

  CLI::App& pipeline_command = *app.add_subcommand("pipeline", "See and mend what a pipeline did");
  pipeline_command.add_option("NAME", pipeline_options.name, "The pipeline")->required();
  pipeline_command.require_subcommand(1);
  add_common(pipeline_command);
  pipeline_command.fallthrough();
  CLI::App& info = *pipeline_command.add_subcommand("info", "Where it is, what it has");
  CLI::App& schema = *pipeline_command.add_subcommand("schema", "Its schema");
  schema.add_option("--format", pipeline_options.format, "yaml or json")->check(CLI::IsMember({"yaml", "json"}));
  CLI::App& trace = *pipeline_command.add_subcommand("trace", "What the last run did, as JSON");
  CLI::App& packages = *pipeline_command.add_subcommand("packages", "Its load packages, or one of them");
  packages.add_option("LOAD_ID", pipeline_options.load_id, "A package, in full");
  CLI::App& failed = *pipeline_command.add_subcommand("failed-jobs", "Packages that failed, and why");
  CLI::App& retry = *pipeline_command.add_subcommand("retry", "Try a failed package again, and what is pending");
  retry.add_option("LOAD_ID", pipeline_options.load_id, "Default: the oldest failed package");
  CLI::App& drop_pending = *pipeline_command.add_subcommand("drop-pending", "Drop packages that are not loaded yet");
  CLI::App& drop = *pipeline_command.add_subcommand("drop", "Remove its working folder; the destination stays");
  drop.add_flag("-y,--yes", pipeline_options.yes, "Do not ask");

  CLI::App& query_command = *app.add_subcommand("query", "Ask a dataset with SQL, read-only unless --write");
  query_command.add_option("--pipeline", query_options.pipeline, "The pipeline whose dataset is asked");
  query_command.add_option("--dataset", query_options.dataset, "The dataset in which names are looked up");
  query_command.add_option("--format", query_options.format, "table, csv or json")->check(CLI::IsMember({"table", "csv", "json"}))->capture_default_str();
  query_command.add_flag("--write", query_options.write, "Let the statement change data");
  query_command.add_option("DESTINATION SQL", query_options.arguments, "The destination, unless --pipeline names one, and the SQL")->required()->expected(1, 2);
  add_common(query_command);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }

  const CancellationToken cancellation;
  stop_on_signals(cancellation);
  if (ingest_command) return ingest(common, ingest_options, cancellation);
  if (query_command) return query(common, query_options, cancellation);
  if (info) return pipeline_info(common, pipeline_options);
  if (schema) return pipeline_schema(common, pipeline_options);
  if (trace) return pipeline_trace(common, pipeline_options);
  if (packages) return pipeline_packages(common, pipeline_options);
  if (failed) return pipeline_failed_jobs(common, pipeline_options);
  if (retry) return pipeline_retry(common, pipeline_options, cancellation);
  if (drop_pending) return pipeline_drop_pending(common, pipeline_options);
  if (drop) return pipeline_drop(common, pipeline_options);
  return kUsage;
}

}  // namespace
}  // namespace dlt::cli

int main(int argc, char** argv) {
  // A reader of our output that goes away is no crash.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return dlt::cli::run(argc, argv);
  } catch (const dlt::Error& error) {
    std::fputs(fmt::format("error: {}\n", error.describe()).c_str(), stderr);
    return dlt::cli::exit_code(error);
  } catch (const std::exception& error) {
    std::fputs(fmt::format("error: {}\n", error.what()).c_str(), stderr);
    return dlt::cli::kFailed;
  }
}
