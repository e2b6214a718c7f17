// SPDX-License-Identifier: Apache-2.0
#include "engine/csv_types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace dlt::engine {
namespace {

/// A type that a column may have, and what every value of the column must be for it: SQL in which
/// `{0}` is the value, no null and not empty.
struct Candidate {
  const char* type;
  const char* test;
};

// The first that holds for all of the values is taken. None loses anything: of a number the digits,
// of a moment the zone or a fraction.
constexpr std::array<Candidate, 6> kCandidates = {{
    {"BIGINT",
     "regexp_full_match({0}, '0|-?[1-9][0-9]{{0,18}}') AND TRY_CAST({0} AS BIGINT) IS NOT NULL"},
    // 15 digits are always kept; more where the shortest text of the number is the value itself.
    {"DOUBLE",
     "regexp_full_match({0}, '-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?') AND "
     "isfinite(TRY_CAST({0} AS DOUBLE)) AND "
     "(abs(TRY_CAST({0} AS DOUBLE)) > 2.3e-308 OR "
     "regexp_full_match({0}, '-?0(\\.0+)?([eE][+-]?[0-9]+)?')) AND "
     "(length(regexp_replace({0}, '[eE].*|[^0-9]', '', 'g')) <= 15 OR "
     "CAST(TRY_CAST({0} AS DOUBLE) AS VARCHAR) = {0})"},
    {"BOOLEAN", "lower({0}) IN ('true', 'false')"},
    {"DATE",
     "regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND "
     "TRY_CAST({0} AS DATE) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"},
    {"TIMESTAMP",
     "regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}"
     "(:[0-9]{{2}}(\\.[0-9]{{1,6}})?)?') AND "
     "TRY_CAST({0} AS TIMESTAMP) BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 "
     "23:59:59.999999'"},
    {"TIMESTAMPTZ",
     "regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}"
     "(:[0-9]{{2}}(\\.[0-9]{{1,6}})?)?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)') AND "
     "TRY_CAST({0} AS TIMESTAMPTZ) BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ "
     "'9999-12-31 23:59:59.999999+00'"},
}};

// Columns that are looked at in one pass over the file.
constexpr std::size_t kColumnsAPass = 200;
// Most candidates fall by the first rows, and are not looked for in all of the file.
constexpr int kSampleRows = 20'000;

/// What may be the type of a column, as far as was looked.
struct ColumnFacts {
  bool has_values = false;
  /// Indices of the candidates that hold for every value, ascending.
  std::vector<std::size_t> holding = {0, 1, 2, 3, 4, 5};
};

/// Looks at the values of columns `begin` to `end`.
void look(Connection& connection, const std::string& rows, const std::vector<std::string>& names,
          std::size_t begin, std::size_t end, std::vector<ColumnFacts>& facts) {
  std::string tests;
  for (std::size_t i = begin; i < end; ++i) {
    const std::string value = quote_identifier(names[i]);
    if (!tests.empty()) tests += ", ";
    tests += fmt::format("count(*) FILTER ({} <> '')", value);
    for (const std::size_t candidate : facts[i].holding) {
      tests += fmt::format(", bool_and(coalesce({}, false)) FILTER ({} <> '')",
                           fmt::format(fmt::runtime(kCandidates[candidate].test), value), value);
    }
  }
  QueryResult answer = connection.query(fmt::format("SELECT {} FROM {}", tests, rows));
  answer.next();
  std::size_t at = 0;
  for (std::size_t i = begin; i < end; ++i) {
    facts[i].has_values = answer.integer(at++) > 0;
    std::vector<std::size_t> still;
    for (const std::size_t candidate : facts[i].holding) {
      if (answer.is_null(at) || answer.text(at) == "true") still.push_back(candidate);
      ++at;
    }
    facts[i].holding = std::move(still);
  }
}

}  // namespace

std::vector<std::string> typed_csv_columns(Connection& connection, std::string_view scan,
                                           const std::vector<std::string>& names) {
  std::vector<ColumnFacts> facts(names.size());
  const std::string sample = fmt::format("(SELECT * FROM {} LIMIT {})", scan, kSampleRows);
  for (std::size_t begin = 0; begin < names.size(); begin += kColumnsAPass) {
    const std::size_t end = std::min(names.size(), begin + kColumnsAPass);
    look(connection, sample, names, begin, end, facts);
    look(connection, std::string(scan), names, begin, end, facts);
  }
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    // Nothing is known of its type, and so there is no column; `""` says no more than an empty
    // field.
    if (!facts[i].has_values) continue;
    const std::string value = quote_identifier(names[i]);
    columns.push_back(facts[i].holding.empty()
                          ? value
                          : fmt::format("CAST(nullif({0}, '') AS {1}) AS {0}", value,
                                        kCandidates[facts[i].holding.front()].type));
  }
  return columns;
}

}  // namespace dlt::engine
