// SPDX-License-Identifier: Apache-2.0
// Loads only what is new: the first run loads all orders, every other one those that came since.
#include <cstdlib>
#include <iostream>

#include <dlt/dlt.hpp>

namespace {

/// Stands for a service that is asked for orders from a number on, ten a page.
dlt::Json fetch_orders(int first) {
  constexpr int kOrders = 25;
  dlt::Json page = dlt::Json::array();
  for (int number = first; number <= kOrders && number < first + 10; ++number)
    page.push_back({{"number", number}, {"items", {{{"sku", "a"}}, {{"sku", "b"}}}}});
  return page;
}

}  // namespace

int main() {
  const dlt::Resource orders(
      "orders",
      [](dlt::Out& out) {
        // Null in the first run. The service repeats the last order: it is not loaded twice.
        const dlt::Json since = out.cursor().last_value;
        for (int next = since.is_null() ? 1 : since.get<int>();;) {
          const dlt::Json page = fetch_orders(next);
          if (page.empty()) return;
          out.yield(page);
          next = page.back().at("number").get<int>() + 1;
        }
      },
      {.primary_key = "number", .incremental = dlt::Incremental{.cursor_path = "number"}});
  auto pipeline = dlt::pipeline({.pipeline_name = "orders", .destination = "duckdb"});
  const dlt::LoadInfo info = pipeline.run(orders);
  std::cout << (info.load_packages.empty() ? "nothing new" : info.to_string()) << '\n';
  const dlt::Json state = pipeline.state()["sources"]["orders"]["resources"]["orders"];
  return state["incremental"]["number"]["last_value"] == 25 ? EXIT_SUCCESS : EXIT_FAILURE;
}
