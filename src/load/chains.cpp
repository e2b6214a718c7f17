// SPDX-License-Identifier: Apache-2.0
#include "load/chains.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt {
namespace {

Disposition disposition_of(const Schema& schema, const Table& root,
                           const Capabilities& capabilities) {
  const Json* disposition = schema.inherited_property(root.name, "write_disposition");
  if (disposition == nullptr) return Append{};
  if (*disposition == "replace") return capabilities.replace_strategies.front();
  if (*disposition != "merge") return Append{};
  const auto strategy = resolve_merge_strategy(schema, root, capabilities.merge_strategies);
  if (strategy) return *strategy;
  throw Error(ErrorCode::kDestination,
              fmt::format("the destination cannot merge, which table '{}' asks for", root.name),
              "use the write disposition append or replace")
      .add({.table = root.name});
}

/// Tables by the table above them; those at the top, and those whose parent is not there, by "".
using Children = std::map<std::string, std::vector<const Table*>, std::less<>>;

Children children_of(const Schema& schema) {
  Children children;
  for (const Table& table : schema.tables()) {
    std::string parent = table.property("parent");
    if (schema.find_table(parent) == nullptr) parent.clear();
    children[parent].push_back(&table);
  }
  return children;
}

/// A table and those below it, depth first.
void collect(const Table& table, const Children& children, std::vector<const Table*>& chain) {
  chain.push_back(&table);
  const auto below = children.find(table.name);
  if (below == children.end()) return;
  for (const Table* child : below->second) collect(*child, children, chain);
}

}  // namespace

std::vector<TableChain> chains_of(const Schema& schema, const PackageManifest& manifest,
                                  const std::filesystem::path& jobs_folder,
                                  const Capabilities& capabilities) {
  std::map<std::string, std::vector<std::filesystem::path>> files;
  for (const JobFile& job : manifest.jobs) files[job.table].push_back(jobs_folder / job.name);
  const Children children = children_of(schema);
  const std::string row_id = schema.naming().normalize_identifier("_dlt_id");
  std::vector<TableChain> chains;
  const auto roots = children.find("");
  if (roots == children.end()) return chains;
  for (const Table* root : roots->second) {
    TableChain chain{.created_at = manifest.created_at, .row_id = row_id};
    bool has_rows = false;
    std::vector<const Table*> members;
    collect(*root, children, members);
    for (const Table* table : members) {
      const auto found = files.find(table->name);
      has_rows = has_rows || found != files.end();
      if (found == files.end() && !table->has_seen_data()) continue;
      chain.tables.push_back({.table = table});
      if (found != files.end()) chain.tables.back().files = found->second;
    }
    const bool is_replaced =
        std::ranges::find(manifest.replaced, root->name) != manifest.replaced.end();
    if (chain.tables.empty() || (!has_rows && !is_replaced)) continue;
    chain.disposition = is_replaced ? Disposition(capabilities.replace_strategies.front())
                                    : disposition_of(schema, *root, capabilities);
    // Nothing is to be done to the tables of an append that get no rows.
    if (std::holds_alternative<Append>(chain.disposition))
      std::erase_if(chain.tables, [](const TableRows& rows) { return rows.files.empty(); });
    chains.push_back(std::move(chain));
  }
  // Loads that lock tables one after the other do it in one order.
  std::ranges::sort(chains, {}, [](const TableChain& chain) -> const std::string& {
    return chain.tables.front().table->name;
  });
  return chains;
}

}  // namespace dlt
