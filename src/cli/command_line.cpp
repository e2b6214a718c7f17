// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <cstdio>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/completion.hpp"
#include "cli/definition.hpp"
#include "cli/man_page.hpp"
#include "cli/usage.hpp"

namespace dlt::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  dltpp ingest events.jsonl --to events.duckdb
  dltpp query events.duckdb "SELECT count(*) FROM events"
  dltpp pipeline ingest info

'dltpp COMMAND --help' says more about a command.)";

constexpr const char* kIngestExamples = R"(Examples:
  dltpp ingest users.jsonl --to shop.duckdb
      loads table 'users' of dataset 'ingest_dataset' in file shop.duckdb
  dltpp ingest 'logs/*.jsonl.gz' --to logs.duckdb --table logs --pipeline logs
      loads all files to one table, and later only those that are new
  curl -s https://example.com/quakes.json | dltpp ingest - --to quakes.duckdb --table quakes \
      --records '$.features[*]' --write-disposition replace
      takes the records out of one document, and replaces what was loaded before
  dltpp ingest events.jsonl --to events.duckdb --incremental updated_at --primary-key id
      loads what is new in a file that grows

Files are remembered by the pipeline: a file that is loaded is not loaded again, and a run that was
interrupted is finished by the next one. Standard input is never remembered.)";

constexpr const char* kPipelineExamples = R"(Examples:
  dltpp pipeline ingest info
  dltpp pipeline ingest failed-jobs
  dltpp pipeline ingest retry

'dltpp pipeline NAME COMMAND --help' says more about a command.)";

constexpr const char* kQuarantineExamples = R"(Examples:
  dltpp pipeline ingest quarantine
  dltpp pipeline ingest quarantine --load)";
constexpr const char* kRetryExamples = R"(Examples:
  dltpp pipeline ingest retry
  dltpp pipeline ingest retry 1718000000.123456)";

constexpr const char* kSqlExamples = R"(Examples:
  dltpp pipeline ingest sql
  dltpp pipeline ingest sql 1718000000.123456)";

constexpr const char* kPackagesExamples = R"(Examples:
  dltpp pipeline ingest packages
  dltpp pipeline ingest packages 1718000000.123456)";

constexpr const char* kQueryExamples = R"(Examples:
  dltpp query shop.duckdb "SELECT count(*) FROM users"
  dltpp query --pipeline shop "SELECT * FROM users" --format csv > users.csv
  dltpp query shop.duckdb "DELETE FROM users WHERE id = 7" --write

A table is looked up in the pipeline's dataset, in that of --dataset, or in the only dataset that
the destination has; write dataset.table for others.)";

constexpr const char* kCompletionExamples = R"(Examples:
  source <(dltpp completion bash)
  dltpp completion zsh > ~/.zfunc/_dltpp
  dltpp completion fish > ~/.config/fish/completions/dltpp.fish

'make install' and the Debian package put the scripts where the shells look for them.)";

constexpr const char* kManExamples = R"(Examples:
  dltpp man > dltpp.1 && man ./dltpp.1)";

/// All that can be typed; it lives as long as the command that was made of it.
struct Options {
  CommonOptions common = {};
  IngestOptions ingest = {};
  PipelineOptionsGiven pipeline = {};
  QueryOptions query = {};
  CompletionOptions completion = {};
};

/// The last line of the help.
std::string exit_codes() {
  std::string text = "Exit codes:";
  const char* separator = " ";
  for (const ExitStatus& status : kExitStatuses)
    text += fmt::format("{}{} {}", std::exchange(separator, ", "), status.code, status.meaning);
  return text + ".";
}

void add_common(CLI::App& command, Options& options) {
  command.set_help_flag("-h,--help", "Say what there is, and end");
  command
      .add_option("--pipelines-dir", options.common.pipelines_dir,
                  "Folder that holds the pipelines' working folders")
      ->type_name("DIR")
      ->check(not_empty());
}

void add_lock_timeout(CLI::App& command, Options& options) {
  command
      .add_option("--lock-timeout", options.common.lock_timeout,
                  "Seconds to wait for a database that another process holds")
      ->type_name("SECONDS")
      ->check(whole_number(0, 1'000'000))
      ->capture_default_str();
}

void add_ingest(CLI::App& command, IngestOptions& options) {
  set_usage(command, "dltpp ingest SOURCE... --to DESTINATION [OPTION...]");
  command.footer(kIngestExamples);
  command
      .add_option("SOURCE", options.sources,
                  "Files, patterns in quotes, folders, or - for standard input. JSON, JSONL "
                  "and CSV, also packed with gzip or zstd; Parquet")
      ->required()
      ->check(not_empty());
  const auto text = [&command](const char* name, std::string& value, const char* type,
                               const char* description) {
    return command.add_option(name, value, description)->type_name(type)->check(not_empty());
  };
  const auto size = [&command](const char* name, std::uint64_t& value, const char* description) {
    command.add_option(name, value, description)->type_name("SIZE")->transform(byte_size());
  };
  text("--to", options.destination, "DESTINATION",
       "Where to: a path that ends in .duckdb, duckdb:///path, or postgresql://user@host/database, "
       "with "
       "the password in PGPASSWORD or ~/.pgpass")
      ->required();
  text("--table", options.table, "T", "The table for all sources (default: each file's name)");
  text("--dataset", options.dataset, "D", "The dataset (default: <pipeline>_dataset)");
  text("--pipeline", options.pipeline, "P", "The pipeline, which remembers what is loaded")
      ->capture_default_str();
  text(
      "--write-disposition", options.write_disposition, "W",
      "append adds to a table, replace empties it before, merge takes the place of rows with the "
      "same key, skip loads nothing (default: append). merge:STRATEGY is delete-insert (what merge "
      "alone means), upsert, insert-only or scd2")
      ->check(one_of({"append", "replace", "merge", "skip", "merge:delete-insert", "merge:upsert",
                      "merge:insert-only", "merge:scd2"}));
  text("--primary-key", options.primary_key, "NAME,...",
       "The columns that identify a record; merge keeps one row for each key, and --incremental "
       "knows records again by it");
  text("--merge-key", options.merge_key, "NAME,...",
       "The columns by which merge finds the rows that new ones take the place of, all at once: a "
       "day, for example");
  text(
      "--refresh", options.refresh, "WHAT",
      "Begins anew before it loads: drop_sources (all tables of the pipeline), drop_resources (the "
      "tables that are loaded here) or drop_data (their rows)")
      ->check(one_of({"drop_sources", "drop_resources", "drop_data"}));
  text(
      "--incremental", options.incremental, "CURSOR",
      "Load only records whose value of this key, or at this path, is beyond the furthest one that "
      "was loaded. Files that grew since they were loaded by it are read again");
  text("--incremental-initial", options.incremental_initial, "VALUE",
       "Where the cursor begins: a number or text, in quotes ('\"2024\"') where it looks like a "
       "number (default: at the first record)");
  text("--on-cursor-value-missing", options.on_cursor_value_missing, "W",
       "What becomes of records without cursor: raise stops, include loads them, exclude leaves "
       "them out (default: raise)")
      ->check(one_of({"raise", "include", "exclude"}));
  text("--columns", options.columns, "NAME:TYPE,...",
       "Data types that columns are to have: text, bigint, double, bool, timestamp, date, time, "
       "decimal, wei, binary or json");
  command
      .add_option("--max-table-nesting", options.max_table_nesting,
                  "Levels of nesting that become tables and columns; what is deeper stays JSON "
                  "(default: all)")
      ->type_name("N")
      ->check(whole_number(0, 1000));
  text("--naming", options.naming, "C",
       "How names are made of keys: snake_case, duck_case, direct, sql_ci_v1 or sql_cs_v1 "
       "(default: snake_case)")
      ->check(one_of({"snake_case", "duck_case", "direct", "sql_ci_v1", "sql_cs_v1", "s3_tables"}));
  text("--schema-contract", options.schema_contract, "MODE|ENTITY=MODE,...",
       "What may change: evolve, freeze, discard_row or discard_value; for all, or for the "
       "entities tables, columns and data_type (default: evolve)");
  command
      .add_option("--workers", options.workers,
                  "Threads that normalize (default: as many as there are cores)")
      ->type_name("N")
      ->check(whole_number(1, 1024));
  command
      .add_option("--block-bytes", options.block_bytes,
                  "Bytes of records that a thread takes at a time")
      ->type_name("N")
      ->check(whole_number(1, 1LL << 30))
      ->capture_default_str();
  size("--disk-budget", options.disk_budget,
       "What a run may take on disk beside the destination, such as 10GB: more records "
       "are loaded in several packages (default: anything)");
  size("--max-record-bytes", options.max_record_bytes,
       "A larger record cannot be loaded (default: 16777216)");
  text("--on-bad-record", options.on_bad_record, "W",
       "What becomes of a record that cannot be loaded: fail stops before anything is loaded, "
       "quarantine sets it aside (dltpp pipeline NAME quarantine) and loads the others")
      ->check(one_of({"fail", "quarantine"}))
      ->capture_default_str();
  size("--memory-budget", options.memory_budget,
       "What the program may take in memory, such as 1GB (default: 512MB); DuckDB takes more for "
       "rows of 100 KB and above");
  text("--records", options.records, "JSONPATH",
       "Which values of a document are the records: '$.features[*]' (default: those at top level)");
  text("--format", options.format, "FORMAT",
       "How records are written: jsonl, json, csv, parquet, or auto, which goes by the file's name "
       "and looks")
      ->check(one_of({"auto", "jsonl", "json", "csv", "parquet"}))
      ->capture_default_str();
  command
      .add_option("--csv-delimiter", options.csv_delimiter,
                  "What stands between the fields of CSV, \\t for a tab (default: found out)")
      ->type_name("C")
      ->transform(delimiter());
  command
      .add_option("--csv-quote", options.csv_quote,
                  "What stands around fields of CSV that need it, '' for nothing")
      ->type_name("C")
      ->capture_default_str();
  text("--csv-header", options.csv_header, "yes|no",
       "Whether the first line of CSV names the columns (default: found out)")
      ->check(one_of({"yes", "no"}));
  command.add_flag("--add-dlt-id", options.add_dlt_id,
                   "Give rows of CSV and Parquet a _dlt_id also where nothing needs one");
  command.add_flag("--reload", options.reload, "Load files even if they are loaded already");
  command.add_flag("--quiet", options.quiet, "No progress, no notes and, unless --json, no result");
  command.add_flag("--json", options.json, "The result as JSON");
}

void add_query(CLI::App& command, QueryOptions& options) {
  set_usage(command, "dltpp query (--pipeline NAME | DESTINATION) \"SQL\" [OPTION...]");
  command.footer(kQueryExamples);
  command
      .add_option("DESTINATION SQL", options.arguments,
                  "The destination, unless --pipeline names one, and the SQL in quotes")
      ->required()
      ->expected(1, 2)
      ->check(not_empty());
  command.add_option("--pipeline", options.pipeline, "The pipeline whose dataset is asked")
      ->type_name("NAME")
      ->check(not_empty());
  command.add_option("--dataset", options.dataset, "The dataset in which tables are looked up")
      ->type_name("D")
      ->check(not_empty());
  command.add_option("--format", options.format, "How rows are printed: table, csv or json")
      ->type_name("FORMAT")
      ->check(one_of({"table", "csv", "json"}))
      ->capture_default_str();
  command.add_flag("--write", options.write, "Let the SQL change data");
}

class CommandLine {
 public:
  CommandLine() : app_("Loads nested JSON into typed, relational tables.", "dltpp") {
    set_usage(app_, "dltpp COMMAND [OPTION...]");
    app_.footer(fmt::format("{}\n{}", kExamples, exit_codes()));
    app_.set_help_flag("-h,--help", "Say what there is, and end");
    app_.set_version_flag("--version", "dltpp " DLTPP_VERSION, "Say the version, and end");
    app_.require_subcommand(1);

    CLI::App& ingest_command = add(app_, "ingest", "Load files of JSON, CSV or Parquet");
    add_ingest(ingest_command, options_->ingest);
    add_lock_timeout(ingest_command, *options_);
    add_common(ingest_command, *options_);
    runs(ingest_command, [](const Options& o, const CancellationToken& c) {
      return ingest(o.common, o.ingest, c);
    });

    add_pipeline();

    CLI::App& query_command =
        add(app_, "query", "Ask a dataset with SQL, read-only unless --write");
    add_query(query_command, options_->query);
    add_lock_timeout(query_command, *options_);
    add_common(query_command, *options_);
    runs(query_command,
         [](const Options& o, const CancellationToken& c) { return query(o.common, o.query, c); });

    add_descriptions();
  }

  std::variant<Command, Answer> parse(int argc, char** argv) {
    const std::vector<std::string> typed = separated(argc, argv);
    try {
      app_.parse(std::vector<std::string>(typed.rbegin(), typed.rend()));
    } catch (const CLI::CallForVersion&) {
      return Answer{.text = app_.version() + "\n"};
    } catch (const CLI::CallForHelp&) {
      return Answer{.text = app_.help()};
    } catch (const CLI::ParseError& error) {
      return Answer{.text = describe_mistake(app_, error, typed), .exit_code = kUsage};
    }
    return command_;
  }

 private:
  /// The arguments, with `--option=` as two of them: CLI11 takes what follows for the value.
  static std::vector<std::string> separated(int argc, char** argv) {
    std::vector<std::string> typed;
    bool has_options = true;
    for (const std::string_view word : std::span(argv + 1, argv + argc)) {
      has_options = has_options && word != "--";
      const bool is_empty = has_options && word.size() > 3 && word.starts_with("--") &&
                            word.find('=') == word.size() - 1;
      typed.emplace_back(is_empty ? word.substr(0, word.size() - 1) : word);
      if (is_empty) typed.emplace_back();
    }
    return typed;
  }

  using Run = int (*)(const Options&, const CancellationToken&);

  static CLI::App& add(CLI::App& parent, const char* name, const char* description) {
    CLI::App& command = *parent.add_subcommand(name, description);
    command.group("Commands");
    return command;
  }

  void runs(CLI::App& command, Run run) {
    command.callback([this, run] {
      command_ = [options = options_, run](const CancellationToken& cancellation) {
        return run(*options, cancellation);
      };
    });
  }

  CLI::App& add_of_pipeline(CLI::App& pipeline, const char* name, const char* description,
                            const char* arguments = "") {
    CLI::App& command = add(pipeline, name, description);
    set_usage(command, fmt::format("dltpp pipeline NAME {} {}[OPTION...]", name, arguments));
    add_common(command, *options_);
    return command;
  }

  void add_pipeline() {
    CLI::App& pipeline = add(app_, "pipeline", "See and mend what a pipeline did");
    set_usage(pipeline, "dltpp pipeline NAME COMMAND [OPTION...]");
    pipeline.footer(kPipelineExamples);
    PipelineOptionsGiven& given = options_->pipeline;
    pipeline.add_option("NAME", given.name, "The pipeline's name: 'ingest', unless one was named")
        ->required()
        ->check(not_empty());
    pipeline.require_subcommand(1);
    add_common(pipeline, *options_);

    runs(add_of_pipeline(pipeline, "info", "Where it is, what it has"),
         [](const Options& o, const CancellationToken&) {
           return pipeline_info(o.common, o.pipeline);
         });
    CLI::App& schema = add_of_pipeline(pipeline, "schema", "Its schema");
    schema.add_option("--format", given.format, "yaml or json")
        ->type_name("FORMAT")
        ->check(one_of({"yaml", "json"}))
        ->capture_default_str();
    runs(schema, [](const Options& o, const CancellationToken&) {
      return pipeline_schema(o.common, o.pipeline);
    });
    runs(add_of_pipeline(pipeline, "trace", "What the last run did, as JSON"),
         [](const Options& o, const CancellationToken&) {
           return pipeline_trace(o.common, o.pipeline);
         });
    CLI::App& packages =
        add_of_pipeline(pipeline, "packages", "Its load packages, or one of them", "[LOAD_ID] ");
    packages.footer(kPackagesExamples);
    packages.add_option("LOAD_ID", given.load_id, "The package to show in full, as JSON")
        ->check(not_empty());
    runs(packages, [](const Options& o, const CancellationToken&) {
      return pipeline_packages(o.common, o.pipeline);
    });
    CLI::App& sql = add_of_pipeline(pipeline, "sql", "The SQL that a load sent to the destination",
                                    "[LOAD_ID] ");
    sql.footer(kSqlExamples);
    sql.add_option("LOAD_ID", given.load_id, "The package (default: the newest that was loaded)")
        ->check(not_empty());
    runs(sql, [](const Options& o, const CancellationToken&) {
      return pipeline_sql(o.common, o.pipeline);
    });
    runs(add_of_pipeline(pipeline, "failed-jobs", "Packages that failed, and why"),
         [](const Options& o, const CancellationToken&) {
           return pipeline_failed_jobs(o.common, o.pipeline);
         });
    CLI::App& retry = add_of_pipeline(
        pipeline, "retry", "Try a failed package again, and what is pending", "[LOAD_ID] ");
    add_lock_timeout(retry, *options_);
    retry.footer(kRetryExamples);
    retry.add_option("LOAD_ID", given.load_id, "The package (default: the oldest that failed)")
        ->check(not_empty());
    runs(retry, [](const Options& o, const CancellationToken& c) {
      return pipeline_retry(o.common, o.pipeline, c);
    });
    CLI::App& quarantine = add_of_pipeline(pipeline, "quarantine",
                                           "Records that were set aside, and why", "[LOAD_ID] ");
    add_lock_timeout(quarantine, *options_);
    quarantine.footer(kQuarantineExamples);
    quarantine.add_option("LOAD_ID", given.load_id, "Only those of this package")
        ->check(not_empty());
    quarantine.add_flag("--load", given.load,
                        "Load them, once their files are mended; what still cannot be loaded is "
                        "set aside again");
    quarantine.add_flag("--json", given.json, "All that is known of them, as JSON");
    runs(quarantine, [](const Options& o, const CancellationToken& c) {
      return pipeline_quarantine(o.common, o.pipeline, c);
    });
    CLI::App& drop_pending =
        add_of_pipeline(pipeline, "drop-pending", "Drop packages that are not loaded yet");
    drop_pending.add_flag("--failed", given.failed, "Drop also those that failed");
    runs(drop_pending, [](const Options& o, const CancellationToken&) {
      return pipeline_drop_pending(o.common, o.pipeline);
    });
    CLI::App& drop =
        add_of_pipeline(pipeline, "drop", "Remove its working folder; the destination stays");
    drop.add_flag("-y,--yes", given.yes, "Do not ask");
    runs(drop, [](const Options& o, const CancellationToken&) {
      return pipeline_drop(o.common, o.pipeline);
    });
  }

  /// What describes all of the commands above.
  void add_descriptions() {
    CompletionOptions& given = options_->completion;
    CLI::App& completion = add(app_, "completion", "Print the completion script of a shell");
    set_usage(completion, "dltpp completion (SHELL | --pipelines) [OPTION...]");
    completion.footer(kCompletionExamples);
    CLI::Option* shell = completion.add_option("SHELL", given.shell, "bash, zsh or fish")
                             ->check(one_of({"bash", "zsh", "fish"}));
    completion
        .add_flag("--pipelines", given.pipelines,
                  "The names of pipelines instead, which the scripts ask for")
        ->excludes(shell);
    add_common(completion, *options_);
    completion.callback([this] {
      if (options_->completion.pipelines) {
        command_ = [options = options_](const CancellationToken&) {
          return list_pipelines(options->common);
        };
      } else if (options_->completion.shell.empty()) {
        throw CLI::RequiredError("SHELL");
      } else {
        prints(completion_script(definition_of(app_), options_->completion.shell));
      }
    });

    CLI::App& man = add(app_, "man", "Print the manual page, as roff");
    set_usage(man, "dltpp man [OPTION...]");
    man.footer(kManExamples);
    man.set_help_flag("-h,--help", "Say what there is, and end");
    man.callback([this] { prints(man_page(definition_of(app_), DLTPP_VERSION)); });
  }

  void prints(std::string text) {
    command_ = [text = std::move(text)](const CancellationToken&) {
      std::fputs(text.c_str(), stdout);
      return kDone;
    };
  }

  std::shared_ptr<Options> options_ = std::make_shared<Options>();
  CLI::App app_;
  Command command_;
};

}  // namespace

std::variant<Command, Answer> parse_command_line(int argc, char** argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace dlt::cli
