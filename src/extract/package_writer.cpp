// SPDX-License-Identifier: Apache-2.0
#include "extract/package_writer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/time/clock.hpp"
#include "dlt/values.hpp"
#include "schema/hints.hpp"
#include "schema/row_identity.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

// Records are packed about that well.
constexpr std::uint64_t kCompression = 8;

ItemFile lines_part(const ItemFile& texts) {
  ItemFile lines = PackageWriter::part_of(texts, 0, "lines-");
  lines.format = ItemFormat::kJsonl;
  lines.record_path.clear();
  return lines;
}

ItemFile json_part(const ItemFile& texts) {
  ItemFile json = PackageWriter::part_of(texts, 1, "json-");
  json.format = ItemFormat::kJson;
  json.record_path.clear();
  return json;
}

}  // namespace

PackageWriter::PackageWriter(const ExtractContext& context, const NewPackage& package)
    : context_(context),
      folder_(context.packages.create(PackageStage::kExtracting, package.load_id)),
      quarantine_(folder_) {
  files::create_directories(folder_ / "items");
  manifest_.load_id = package.load_id;
  manifest_.pipeline_name = context.pipeline_name;
  manifest_.schema_name = context.schema.name();
  manifest_.created_at = to_string(now());
  manifest_.state_before = package.state_before;
  manifest_.mends = context.mends;
}

ItemFile PackageWriter::item(const std::string& resource, const std::string& table) const {
  const std::size_t index = manifest_.items.size();
  // Numbers of records are unique within a package: a file has 2^40 of its own.
  return {.resource = resource,
          .table = table,
          .name = fmt::format("{:06}.jsonl", index),
          .first_ordinal = static_cast<std::uint64_t>(index) << 40};
}

ItemFile PackageWriter::part_of(const ItemFile& items, std::uint64_t part,
                                const std::string& prefix) {
  ItemFile file = items;
  file.name = prefix + items.name;
  file.first_ordinal += part << 38;
  return file;
}

std::uint64_t PackageWriter::record_bytes_of(const ItemFile& file) {
  const std::filesystem::path extension = file.reference.extension();
  const bool is_packed = extension == ".gz" || extension == ".zst";
  return file.identity.size * (is_packed ? kCompression : 1);
}

void PackageWriter::add(ItemFile file) {
  bytes_ += file.identity.size;
  record_bytes_ += record_bytes_of(file);
  manifest_.items.push_back(std::move(file));
}

void PackageWriter::add(ItemFile file, ItemSpool& spool) {
  file.identity.size = spool.finish();
  if (file.identity.size != 0) add(std::move(file));
}

Excerpt PackageWriter::excerpt(const ItemFile& texts) const {
  return {.lines = spool(lines_part(texts)), .json = spool(json_part(texts))};
}

void PackageWriter::add(const ItemFile& texts, Excerpt& excerpt) {
  add(lines_part(texts), excerpt.lines);
  add(json_part(texts), excerpt.json);
}

void PackageWriter::declare(const std::vector<Table>& tables) {
  for (Table table : tables) {
    const bool is_new = context_.schema.is_new_table(table.name);
    const std::string parent = table.property("parent");
    SchemaContract contract = context_.schema.contract_for(table.name, parent);
    if (const auto own = table.properties->find("schema_contract");
        own != table.properties->end()) {
      contract = SchemaContract::parse(*own, contract);
    }
    if (is_new && contract.tables == ContractMode::kFreeze) {
      Error error(
          ErrorCode::kContract,
          fmt::format("new table '{}', but the contract for tables is 'freeze'", table.name),
          "set the contract for tables to 'evolve' to let the dataset grow");
      throw error.add({.table = table.name});
    }
    // Rows of a table that the contract discards are counted when they are normalized.
    if (is_new && contract.tables != ContractMode::kEvolve) continue;
    if (is_new && contract.columns != ContractMode::kEvolve) evolve_columns_once(table);
    context_.schema.update_table(table, CompoundHints::kReplace);
    manifest_.declared.add(table);
  }
}

void PackageWriter::add_state() {
  const std::string table = context_.schema.state_table_name();
  context_.schema.update_table(pipeline_state_table());
  ItemFile file = item("_dlt_pipeline_state", table);
  file.typed = true;
  file.format = ItemFormat::kJsonl;
  ItemSpool items = spool(file);
  const Json created_at = now();
  Json row = context_.state.to_row(created_at, manifest_.load_id);
  row.erase("_dlt_load_id");
  items.add(row);
  add(std::move(file), items);
  manifest_.declared.add(*context_.schema.find_table(table));
  context_.state.mark_extracted(created_at);
  manifest_.state = context_.state.to_json();
}

bool PackageWriter::finish() {
  propagate_root_keys(context_.schema, context_.capabilities.merge_strategies);
  const bool has_data = !manifest_.items.empty() || !manifest_.replaced.empty() ||
                        !manifest_.dropped.empty() || !manifest_.truncated.empty() ||
                        !quarantine_.counts().empty();
  if (!has_data && context_.state.version_hash() == context_.state.compute_version_hash() &&
      context_.state.is_extracted()) {
    abandon();
    return false;
  }
  context_.state.bump_version();
  if (!context_.state.is_extracted()) add_state();
  context_.schema.bump_version();
  files::sync_folder(folder_ / "items");
  quarantine_.finish();
  context_.packages.write_schema(PackageStage::kExtracting, manifest_.load_id, context_.schema);
  context_.packages.write_manifest(PackageStage::kExtracting, manifest_);
  return true;
}

}  // namespace dlt
