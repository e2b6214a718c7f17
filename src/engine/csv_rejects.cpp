// SPDX-License-Identifier: Apache-2.0
#include "engine/csv_rejects.hpp"

#include <utility>

namespace dlt::engine {

std::string csv_line(const std::vector<std::string>& fields, const CsvOptions& csv) {
  std::string line;
  for (const std::string& field : fields) {
    if (&field != fields.data()) line += csv.delimiter;
    line += csv.quote;
    for (const char c : field) {
      // A quote within is written twice.
      if (csv.quote == std::string_view(&c, 1)) line += c;
      line += c;
    }
    line += csv.quote;
  }
  return line + "\n";
}

void give_rejects(Connection& connection, const std::string& file, const CsvOptions& csv,
                  const std::vector<std::string>& names, const BadCsvLines& take) {
  QueryResult lines = connection.query(
      "SELECT CAST(line AS BIGINT), arg_min(csv_line, byte_position), arg_min(CAST(error_type AS "
      "VARCHAR), "
      "byte_position), "
      "arg_min(error_message, byte_position) FROM reject_errors "
      "GROUP BY line, line_byte_position ORDER BY line, line_byte_position");
  while (lines.next()) {
    const std::string type = lines.text(2);
    const std::string message = lines.text(3);
    Error why(ErrorCode::kBadRecord, message.substr(0, message.find('\n')));
    why.add({.file = file, .line = static_cast<std::uint64_t>(lines.integer(0))});
    const bool has_text = type == "MISSING COLUMNS" || type == "TOO MANY COLUMNS";
    // DuckDB gives the text of those with other bytes in place of what is no UTF-8.
    if (!has_text && type != "INVALID ENCODING") throw std::move(why);
    take({.csv = csv,
          .names = names,
          .text = has_text ? std::optional(lines.text(1)) : std::nullopt,
          .why = std::move(why)});
  }
}

}  // namespace dlt::engine
