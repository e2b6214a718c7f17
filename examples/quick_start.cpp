// SPDX-License-Identifier: Apache-2.0
#include <dlt/dlt.hpp>
#include <iostream>

int main() {
  const dlt::Json data = {{{"id", 1}, {"name", "Alice"}}, {{"id", 2}, {"name", "Bob"}}};
  auto pipeline = dlt::pipeline({.pipeline_name = "quick_start", .destination = "duckdb", .dataset_name = "mydata"});
  const auto load_info = pipeline.run(data, {.table_name = "users"});
  std::cout << load_info << '\n';
}
