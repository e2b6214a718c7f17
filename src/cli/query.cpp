// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/attach_known.hpp"
#include "cli/commands.hpp"
#include "core/json/canonical.hpp"
#include "destinations/destination.hpp"
#include "dlt/error.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::cli {
namespace {

/// A value as JSON has it: exact numbers, which come wrapped with their type, as numbers.
std::string json_value(const QueryRows& rows, std::size_t column) {
  const Json value = rows.json(column);
  if (value.is_object() && value.size() == 1) {
    std::string text = rows.text(column);
    if (value == Json{{"decimal", text}}) return text;
    if (value == Json{{"hex", text}}) return compact_json(text, SortKeys::kNo);
  }
  return compact_json(value, SortKeys::kNo);
}

void print_json(QueryRows& rows) {
  std::vector<std::string> names;
  for (const std::string& column : rows.columns())
    names.push_back(compact_json(column, SortKeys::kNo));
  fmt::print("[");
  bool first = true;
  while (rows.next()) {
    std::string row;
    for (std::size_t i = 0; i < names.size(); ++i)
      row += fmt::format("{}{}:{}", i == 0 ? "" : ",", names[i], json_value(rows, i));
    fmt::print("{}\n{{{}}}", first ? "" : ",", row);
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
    for (std::size_t i = 0; i < rows.columns().size(); ++i)
      fmt::print("{}{}", i == 0 ? "" : ",", csv_field(field(i)));
    fmt::print("\r\n");
  };
  line([&](std::size_t i) { return rows.columns()[i]; });
  while (rows.next())
    line([&](std::size_t i) { return rows.is_null(i) ? std::string{} : rows.text(i); });
}

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// Text that would break the lines of a table, with its control characters escaped.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
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
    for (std::size_t i = 0; i < widths.size(); ++i)
      line.push_back(rows.is_null(i) ? "NULL" : on_one_line(rows.text(i)));
    ++count;
    return true;
  };
  const auto print = [&](const std::vector<std::string>& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size())
        text += std::string(widths[i] - std::min(widths[i], width(line[i])) + 2, ' ');
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
  for (std::size_t i = 0; i < widths.size(); ++i)
    rule += std::string(widths[i], '-') + (i + 1 < widths.size() ? "  " : "");
  fmt::print("{}\n", rule);
  for (std::size_t i = 1; i < lines.size(); ++i) print(lines[i]);
  lines.clear();
  while (read()) {
    print(lines.front());
    lines.clear();
  }
  fmt::print("({} row{})\n", count, count == 1 ? "" : "s");
}

/// What is asked: an address and a dataset. Several datasets when none is chosen.
struct Place {
  std::shared_ptr<Destination> destination = {};
  std::string dataset = {};
  std::vector<std::string> candidates = {};
};

Place place_of(const CommonOptions& common, const QueryOptions& options,
               const ClientOptions& client_options) {
  if (options.pipeline.empty()) {
    Place place{.destination = make_destination(options.arguments.front(), "dlt"),
                .dataset = options.dataset};
    if (!place.dataset.empty()) return place;
    place.candidates = place.destination->datasets(client_options);
    if (place.candidates.size() == 1) place.dataset = place.candidates.front();
    return place;
  }
  const Pipeline pipeline =
      attach_known({.pipeline_name = options.pipeline, .pipelines_dir = common.pipelines_dir});
  return {
      .destination = make_destination(pipeline.destination_location(), "dlt"),
      .dataset = options.dataset.empty() ? pipeline.normalized_dataset_name() : options.dataset};
}

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 20;
  const std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
  return fmt::format("{}{}", fmt::join(shown, ", "), names.size() > kShown ? ", ..." : "");
}

/// Where the names are that the SQL may have meant.
std::string names_there(const Place& place, const ClientOptions& client_options) {
  if (place.candidates.size() > 1) {
    return fmt::format(
        "there are several datasets, name one with --dataset or write dataset.table: {}",
        joined(place.candidates));
  }
  std::vector<std::string> tables;
  const std::unique_ptr<DestinationClient> client =
      place.destination->open(place.dataset, client_options);
  std::string literal;
  for (const char c : place.dataset) literal += c == '\'' ? "''" : std::string(1, c);
  const std::unique_ptr<QueryRows> rows = client->query(fmt::format(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = '{}' ORDER BY 1",
      literal));
  while (rows->next()) tables.push_back(rows->text(0));
  if (!tables.empty())
    return fmt::format("dataset '{}' has the tables {}", place.dataset, joined(tables));
  const std::vector<std::string> datasets = place.destination->datasets(client_options);
  return datasets.empty() ? "nothing was loaded there yet"
                          : fmt::format("there is no dataset '{}'; there are the datasets {}",
                                        place.dataset, joined(datasets));
}

void print(QueryRows& rows, const std::string& format) {
  if (format == "json") {
    print_json(rows);
  } else if (format == "csv") {
    print_csv(rows);
  } else {
    print_table(rows);
  }
}

}  // namespace

int query(const CommonOptions& common, const QueryOptions& options,
          const CancellationToken& cancellation) {
  const std::size_t expected = options.pipeline.empty() ? 2 : 1;
  if (options.arguments.size() != expected) {
    throw Error(ErrorCode::kInvalidArgument,
                expected == 2
                    ? "query takes a destination and SQL"
                    : "query --pipeline takes SQL only: the pipeline knows the destination",
                expected == 2
                    ? "for example: dltpp query issues.duckdb \"SELECT count(*) FROM issues\""
                    : "for example: dltpp query --pipeline issues \"SELECT count(*) FROM issues\"");
  }
  const ClientOptions client_options{
      .access = options.write ? QueryAccess::kReadWrite : QueryAccess::kReadOnly,
      // How much a query takes is its own affair.
      .memory_bytes = 0,
      .lock_timeout = std::chrono::seconds(common.lock_timeout),
      .waits =
          [](std::string_view what_for) {
            std::fputs(fmt::format("waiting: {}\n", what_for).c_str(), stderr);
          },
      .cancellation = cancellation};
  const Place place = place_of(common, options, client_options);
  try {
    const std::unique_ptr<DestinationClient> client =
        place.destination->open(place.dataset, client_options);
    print(*client->query(options.arguments.back()), options.format);
  } catch (const Error& error) {
    const bool misses_name = error.code() == ErrorCode::kNotFound && error.hint().empty() &&
                             error.context().file.empty();
    if (!misses_name) throw;
    throw Error(error.code(), error.message(), names_there(place, client_options));
  }
  return kDone;
}

}  // namespace dlt::cli
