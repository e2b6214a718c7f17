// SPDX-License-Identifier: Apache-2.0
// Structs as rows, and a function that yields them page by page. A struct needs what nlohmann's
// JSON needs: a `to_json` beside it.
#include <iostream>
#include <string>
#include <vector>

#include <dlt/dlt.hpp>

namespace shop {

struct Line {
  std::string article;
  int count = 0;
};

struct Order {
  int id = 0;
  dlt::Timestamp at;
  dlt::Decimal total;
  std::vector<Line> lines;
};

void to_json(dlt::Json& json, const Line& line) {
  json = {{"article", line.article}, {"count", line.count}};
}

void to_json(dlt::Json& json, const Order& order) {
  json = {{"id", order.id}, {"at", order.at}, {"total", order.total}, {"lines", order.lines}};
}

}  // namespace shop

int main() {
  const std::vector<shop::Order> orders = {
      {1,
       *dlt::parse_timestamp("2024-05-01T10:00:00Z"),
       *dlt::parse_decimal("19.90"),
       {{"pen", 2}}},
      {2, *dlt::parse_timestamp("2024-05-02T11:30:00Z"), *dlt::parse_decimal("5"), {}}};
  // A page at a time, as from an interface that is read over the network.
  const dlt::Resource articles("articles", [](dlt::Out& out) {
    for (int page = 0; page < 3; ++page) {
      dlt::Json items = dlt::Json::array();
      for (int i = 0; i < 2; ++i) items.push_back({{"number", page * 2 + i}});
      out.yield(items);
    }
  });

  auto pipeline = dlt::pipeline({.pipeline_name = "shop", .destination = "duckdb"});
  std::cout << pipeline.run(orders, {.table_name = "orders", .write_disposition = "replace"})
            << '\n';
  std::cout << pipeline.run(articles, {.write_disposition = "replace"}) << '\n';
}
