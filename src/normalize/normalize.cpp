// SPDX-License-Identifier: Apache-2.0
#include "normalize/normalize.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files/byte_source.hpp"
#include "normalize/block_runner.hpp"
#include "normalize/job_buffers.hpp"
#include "normalize/user_ids.hpp"

namespace dlt::normalize {
namespace {

/// Where the bytes of an item file are read: the file itself as long as it is what it was, else the
/// link that was made of it.
std::unique_ptr<ByteSource> open_item(const ItemFile& item,
                                      const std::filesystem::path& items_folder) {
  if (item.reference.empty()) return file_source(items_folder / item.name);
  const auto unchanged = [&item](const std::filesystem::path& path) {
    return files::exists(path) && files::identity(path) == item.identity;
  };
  if (unchanged(item.reference))
    return decompressing_source(file_source(item.reference, item.identity));
  if (!item.name.empty() && unchanged(items_folder / item.name)) {
    return decompressing_source(file_source(items_folder / item.name, item.identity));
  }
  Error error(ErrorCode::kNotFound,
              fmt::format("file {} since it was extracted",
                          files::exists(item.reference) ? "changed" : "vanished"),
              "run again: the file is extracted as it is then");
  throw error.add({.file = item.reference.string()});
}

/// Blocks are committed here, in input order, on the thread that reads.
class Commit {
 public:
  Commit(std::shared_ptr<const SchemaSnapshot> snapshot, std::shared_ptr<const Settings> settings,
         BlockRunner& runner, JobBuffers& buffers, UserIds& user_ids)
      : snapshot_(std::move(snapshot)),
        settings_(std::move(settings)),
        runner_(runner),
        buffers_(buffers),
        user_ids_(user_ids) {
    runner_.set_snapshot(snapshot_);
  }

  void commit(BlockJob& job) {
    BlockNormalizer& block = job.normalizer;
    const bool is_old = job.snapshot != snapshot_;
    if (is_old && (block.error() || !still_hold(block.findings(), *snapshot_))) {
      block.run(snapshot_, job.block, *job.origin);
    }
    if (block.error()) std::rethrow_exception(block.error());
    const std::shared_ptr<const Schema> grown =
        with_proposals(block.findings(), snapshot_->shared_schema());
    if (grown != snapshot_->shared_schema()) {
      snapshot_ = std::make_shared<const SchemaSnapshot>(grown, settings_);
      runner_.set_snapshot(snapshot_);
    }
    for (const TableBuilder* table : block.tables()) {
      buffers_.append(table->name(), table->batch);
      rows_ += static_cast<std::uint64_t>(table->batch.rows);
    }
    for (const BlockNormalizer::UserId& id : block.user_ids()) {
      user_ids_.add(id.table->name(), id.id, job.block.place(id.record));
    }
    tally_.add(block.tally());
  }

  const std::shared_ptr<const SchemaSnapshot>& snapshot() const { return snapshot_; }
  std::uint64_t rows() const { return rows_; }
  Tally& tally() { return tally_; }

 private:
  std::shared_ptr<const SchemaSnapshot> snapshot_;
  std::shared_ptr<const Settings> settings_;
  BlockRunner& runner_;
  JobBuffers& buffers_;
  UserIds& user_ids_;
  std::uint64_t rows_ = 0;
  Tally tally_;
};

constexpr std::size_t kMaxStateBytes = std::size_t{1} << 30;

/// Columns that hints name but that never got a type must at least be allowed to be null.
void check_bound(const Table& table) {
  for (const Column& column : table.columns) {
    if (column.is_complete() || column.is_nullable()) continue;
    Error error(
        ErrorCode::kSchema,
        fmt::format("column '{}' is declared not nullable, but got no value and has no data type",
                    column.name),
        "give the column a data_type, or declare it nullable");
    throw error.add({.table = table.name, .column = column.name});
  }
}

void mark_seen(Schema& schema, const std::map<std::string, std::int64_t>& row_counts,
               const std::vector<std::string>& replaced) {
  const auto mark = [&schema](const std::string& name) {
    Table* table = schema.find_table(name);
    if (table == nullptr) return;
    check_bound(*table);
    Json normalizer = table->properties->value("x-normalizer", Json::object());
    normalizer.erase("evolve-columns-once");
    normalizer["seen-data"] = true;
    table->set_property("x-normalizer", std::move(normalizer));
  };
  for (const auto& [name, rows] : row_counts) mark(name);
  for (const std::string& name : replaced) mark(name);
}

/// What job files may take of the disk: what items of the package's own leave.
class DiskBudget {
 public:
  DiskBudget(std::uint64_t bytes, const PackageManifest& manifest) : bytes_(bytes) {
    for (const ItemFile& item : manifest.items) {
      if (item.reference.empty()) items_ += item.identity.size;
    }
  }

  void check(const JobBuffers& buffers) const {
    if (bytes_ == 0 || items_ + buffers.bytes_written() <= bytes_) return;
    throw Error(ErrorCode::kConfiguration,
                fmt::format("the package does not fit into the disk budget of {} bytes", bytes_),
                "run again with a larger disk budget, or with none: what is extracted is kept");
  }

 private:
  std::uint64_t bytes_;
  std::uint64_t items_ = 0;
};

}  // namespace

Result normalize_package(const PackageStore& packages, const std::string& load_id,
                         const Schema& schema, const std::shared_ptr<const Settings>& settings,
                         const Options& options) {
  PackageManifest manifest = packages.read_manifest(PackageStage::kExtracted, load_id);
  const std::filesystem::path items_folder =
      packages.path(PackageStage::kExtracted, load_id) / "items";
  const std::filesystem::path folder = packages.create(PackageStage::kNormalizing, load_id);
  const std::filesystem::path jobs_folder = folder / "new_jobs";
  files::create_directories(jobs_folder);

  const int workers = options.workers > 0
                          ? options.workers
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const DiskBudget disk(options.disk_bytes, manifest);
  JobBuffers buffers(jobs_folder, options.buffer_bytes);
  UserIds user_ids(folder / "user_ids.batch");
  BlockRunner runner(workers);
  Commit commit(
      std::make_shared<const SchemaSnapshot>(std::make_shared<const Schema>(schema), settings),
      settings, runner, buffers, user_ids);

  StepProgress progress{.step = "normalize"};
  for (const ItemFile& item : manifest.items) progress.total_bytes += item.identity.size;
  if (options.progress != nullptr) options.progress->update(progress);
  const auto commit_next = [&] {
    std::unique_ptr<BlockJob> job = runner.take();
    if (!job) return false;
    commit.commit(*job);
    disk.check(buffers);
    progress.rows = commit.rows();
    progress.tables = buffers.row_counts().size();
    if (options.progress != nullptr) options.progress->update(progress);
    runner.recycle(std::move(job));
    return true;
  };

  std::uint64_t bytes_before = 0;
  bool first = true;
  for (const ItemFile& item : manifest.items) {
    const auto origin = std::make_shared<const RecordOrigin>(
        RecordOrigin{.resource = item.resource, .table = item.table, .typed = item.typed});
    std::unique_ptr<ByteSource> source = open_item(item, items_folder);
    // The state is a record of our own, however much it remembers.
    const bool is_state = item.table == schema.state_table_name();
    RecordFramer framer(*source,
                        {.format = item.format,
                         .block_bytes = options.block_bytes,
                         .max_record_bytes = is_state ? kMaxStateBytes : options.max_record_bytes,
                         .record_path = item.record_path,
                         .excerpt_of = item.excerpt_of.string()});
    for (;;) {
      options.cancellation.throw_if_requested("normalizing");
      std::unique_ptr<BlockJob> job = runner.free_job();
      if (!job) {
        commit_next();
        continue;
      }
      bool more = false;
      try {
        more = framer.next(job->block);
      } catch (Error& error) {
        // The records before this place come first: one of them may be the first that is wrong.
        runner.recycle(std::move(job));
        while (commit_next()) {
        }
        throw error.add({.load_id = load_id, .table = item.table});
      }
      if (!more) {
        runner.recycle(std::move(job));
        break;
      }
      job->block.first_ordinal += item.first_ordinal;
      job->origin = origin;
      runner.put(std::move(job));
      progress.bytes = bytes_before + source->position();
      // What the first block finds out about the schema spares the others from finding it out once
      // more each.
      if (first) commit_next();
      first = false;
    }
    bytes_before += item.identity.size;
  }
  while (commit_next()) {
  }
  user_ids.check();

  Result result{.schema = *commit.snapshot()->shared_schema(),
                .row_counts = buffers.row_counts(),
                .tally = std::move(commit.tally())};
  manifest.jobs = buffers.finish();
  disk.check(buffers);
  mark_seen(result.schema, result.row_counts, manifest.replaced);
  result.schema.bump_version();
  manifest.row_counts = result.row_counts;
  for (std::string& note : describe(result.tally, result.schema))
    manifest.notes.push_back(std::move(note));
  files::sync_folder(jobs_folder);
  packages.write_schema(PackageStage::kNormalizing, load_id, result.schema);
  packages.write_manifest(PackageStage::kNormalizing, manifest);
  progress.bytes = progress.total_bytes;
  if (options.progress != nullptr) options.progress->finish(progress);
  return result;
}

}  // namespace dlt::normalize
