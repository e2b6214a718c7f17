// SPDX-License-Identifier: Apache-2.0
#include "normalize/tally.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dlt::normalize {
namespace {

void add_counts(auto& into, const auto& from) {
  // What was taken back again counts nothing.
  for (const auto& [key, count] : from) {
    if (count > 0) into[key] += count;
  }
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

void Tally::add(const Tally& other) {
  records += other.records;
  duplicate_keys += other.duplicate_keys;
  add_counts(cut_fractions, other.cut_fractions);
  add_counts(discarded_values, other.discarded_values);
  add_counts(discarded_rows, other.discarded_rows);
  add_counts(null_only, other.null_only);
  add_counts(renamed, other.renamed);
}

std::vector<std::string> describe(const Tally& tally, const Schema& schema) {
  std::vector<std::string> lines;
  for (const auto& [renamed, count] : tally.renamed) {
    const auto& [table, key, name] = renamed;
    lines.push_back(
        fmt::format("table '{}': key '{}' shares its name with another key and is loaded as '{}'",
                    table, key, name));
  }
  for (const auto& [key, count] : tally.cut_fractions) {
    lines.push_back(fmt::format("table '{}', column '{}': {} finer than the column and cut to it",
                                key.first, key.second, counted(count, "value was", "values were")));
  }
  for (const auto& [table, count] : tally.discarded_rows) {
    lines.push_back(fmt::format("table '{}': {} discarded by the schema contract", table,
                                counted(count, "row was", "rows were")));
  }
  for (const auto& [key, count] : tally.discarded_values) {
    lines.push_back(fmt::format("table '{}', column '{}': {} refused by the schema contract",
                                key.first, key.second, counted(count, "value was", "values were")));
  }
  if (tally.duplicate_keys > 0) {
    lines.push_back(fmt::format("{} twice in one object: the last value was taken",
                                counted(tally.duplicate_keys, "key came", "keys came")));
  }
  for (const auto& [key, blocks] : tally.null_only) {
    const Table* table = schema.find_table(key.first);
    const Column* column = table == nullptr ? nullptr : table->find(key.second);
    if (column != nullptr && column->is_complete()) continue;
    lines.push_back(fmt::format(
        "table '{}', column '{}': only null came, so that it has no type and was not created",
        key.first, key.second));
  }
  return lines;
}

}  // namespace dlt::normalize
