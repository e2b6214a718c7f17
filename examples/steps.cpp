// SPDX-License-Identifier: Apache-2.0
// The three steps by themselves, with what each says. They may be made by three processes: what one
// leaves in the working folder is where the next goes on.
#include <iostream>

#include <dlt/dlt.hpp>

int main() {
  const dlt::PipelineOptions options{.pipeline_name = "steps", .destination = "duckdb"};
  const dlt::Json films = {
      {{"title", "Metropolis"}, {"year", 1927}, {"cast", {{{"name", "Helm"}}, {{"name", "Abel"}}}}},
      {{"title", "Nosferatu"}, {"year", "1922"}}};
  try {
    dlt::pipeline(options).extract(films, {.table_name = "films"});
    const dlt::NormalizeInfo normalized = dlt::pipeline(options).normalize();
    for (const auto& [table, rows] : normalized.row_counts)
      std::cout << table << ": " << rows << " rows\n";
    std::cout << dlt::pipeline(options).load() << '\n';
  } catch (const dlt::PipelineStepFailed& failure) {
    std::cerr << failure.step() << " failed: " << failure.describe() << '\n';
    return 1;
  }
}
