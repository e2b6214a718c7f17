// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "core/json/canonical.hpp"
#include "destinations/destination.hpp"
#include "dlt/error.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::cli {
namespace {

void print_json(QueryRows& rows) {
  fmt::print("[");
  bool first = true;
  while (rows.next()) {
    Json row = Json::object();
    for (std::size_t i = 0; i < rows.columns().size(); ++i) row[rows.columns()[i]] = rows.json(i);
    fmt::print("{}\n{}", first ? "" : ",", compact_json(row, SortKeys::kNo));
    first = false;
  }
  fmt::print("{}]\n", first ? "" : "\n");
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

void print_csv(QueryRows& rows) {
  const auto line = [&](auto field) {
    for (std::size_t i = 0; i < rows.columns().size(); ++i) fmt::print("{}{}", i == 0 ? "" : ",", csv_field(field(i)));
    fmt::print("\r\n");
  };
  line([&](std::size_t i) { return rows.columns()[i]; });
  while (rows.next()) line([&](std::size_t i) { return rows.is_null(i) ? std::string{} : rows.text(i); });
}

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void print_table(QueryRows& rows) {
  // Widths go by the first rows; later ones may stick out.
  constexpr std::size_t kMeasured = 1000;
  std::vector<std::vector<std::string>> lines = {rows.columns()};
  std::vector<std::size_t> widths(rows.columns().size());
  std::uint64_t count = 0;
  const auto read = [&] {
    if (!rows.next()) return false;
    std::vector<std::string>& line = lines.emplace_back();
    for (std::size_t i = 0; i < widths.size(); ++i) line.push_back(rows.is_null(i) ? "NULL" : rows.text(i));
    ++count;
    return true;
  };
  const auto print = [&](const std::vector<std::string>& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text += std::string(widths[i] - std::min(widths[i], width(line[i])) + 2, ' ');
    }
    fmt::print("{}\n", text);
  };
  while (lines.size() <= kMeasured && read()) {
  }
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  print(lines.front());
  std::string rule;
  for (std::size_t i = 0; i < widths.size(); ++i) rule += std::string(widths[i], '-') + (i + 1 < widths.size() ? "  " : "");
  fmt::print("{}\n", rule);
  for (std::size_t i = 1; i < lines.size(); ++i) print(lines[i]);
  lines.clear();
  while (read()) {
    print(lines.front());
    lines.clear();
  }
  fmt::print("({} row{})\n", count, count == 1 ? "" : "s");
}

}  // namespace

int query(const CommonOptions& common, const QueryOptions& options, const CancellationToken& cancellation) {
  std::string address;
  std::string dataset = options.dataset;
  const std::size_t expected = options.pipeline.empty() ? 2 : 1;
  if (options.arguments.size() != expected) {
    throw Error(ErrorCode::kInvalidArgument, expected == 2 ? "query takes a destination and SQL" : "query --pipeline takes SQL",
                "for example: dltpp query issues.duckdb \"SELECT count(*) FROM issues\"");
  }
  if (!options.pipeline.empty()) {
    const Pipeline pipeline = attach({.pipeline_name = options.pipeline, .pipelines_dir = common.pipelines_dir});
    address = pipeline.destination_location();
    if (dataset.empty()) dataset = pipeline.dataset_name();
  } else {
    address = options.arguments.front();
  }
  const std::shared_ptr<Destination> destination = make_destination(address, "dlt");
  const ClientOptions client_options{.access = options.write ? QueryAccess::kReadWrite : QueryAccess::kReadOnly, .cancellation = cancellation};
  if (dataset.empty()) {
    const std::vector<std::string> datasets = destination->datasets(client_options);
    if (datasets.size() > 1) {
      throw Error(ErrorCode::kInvalidArgument, fmt::format("there are several datasets: {}", fmt::join(datasets, ", ")), "name one with --dataset");
    }
    if (!datasets.empty()) dataset = datasets.front();
  }
  const std::unique_ptr<DestinationClient> client = destination->open(dataset, client_options);
  const std::unique_ptr<QueryRows> rows = client->query(options.arguments.back());
  if (options.format == "json") {
    print_json(*rows);
  } else if (options.format == "csv") {
    print_csv(*rows);
  } else {
    print_table(*rows);
  }
  return kDone;
}

}  // namespace dlt::cli
