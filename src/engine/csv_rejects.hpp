// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dlt/error.hpp"
#include "dlt/resource.hpp"
#include "engine/connection.hpp"

namespace dlt::engine {

/// A line of CSV that is no row.
struct BadCsvLine {
  /// How the file's lines are written, with the delimiter and quote that were found.
  const CsvOptions& csv;
  /// The columns of the file.
  const std::vector<std::string>& names;
  /// As it came. Not said: that is not known.
  std::optional<std::string> text;
  /// With file and line.
  Error why;
};

using BadCsvLines = std::function<void(const BadCsvLine&)>;

/// The line that has these fields.
std::string csv_line(const std::vector<std::string>& fields, const CsvOptions& csv);

/// Options of read_csv with which a scan leaves lines out that are no rows, and keeps them for
/// `give_rejects`.
inline constexpr std::string_view kKeepRejects = ", store_rejects = true";
/// And with which it only leaves them out.
inline constexpr std::string_view kLeaveRejects = ", ignore_errors = true";

/// Gives `take` the lines that a scan of the connection with `kKeepRejects` left out: those with
/// too few or too many fields, and without their text those that are no UTF-8. Throws kBadRecord
/// when there are others, since where the next line begins is uncertain then.
void give_rejects(Connection& connection, const std::string& file, const CsvOptions& csv,
                  const std::vector<std::string>& names, const BadCsvLines& take);

}  // namespace dlt::engine
