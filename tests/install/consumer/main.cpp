// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <dlt/dlt.hpp>

/// Loads three rows, two of them nested, into rows.duckdb in the current folder.
int main() {
  const dlt::Json orders = {{{"id", 1}, {"lines", {{{"item", "tea"}}, {{"item", "cup"}}}}}};
  auto pipeline = dlt::pipeline({.pipeline_name = "consumer",
                                 .pipelines_dir = "pipelines",
                                 .destination = "duckdb:///rows.duckdb",
                                 .dataset_name = "shop"});
  std::cout << pipeline.run(orders, {.table_name = "orders"}) << '\n';
}
