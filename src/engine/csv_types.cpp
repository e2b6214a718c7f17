// SPDX-License-Identifier: Apache-2.0
#include "engine/csv_types.hpp"

#include <array>
#include <cstddef>

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
     "(length(regexp_replace({0}, '[eE].*|[^0-9]', '', 'g')) <= 15 OR "
     "CAST(TRY_CAST({0} AS DOUBLE) AS VARCHAR) = {0})"},
    {"BOOLEAN", "lower({0}) IN ('true', 'false')"},
    {"DATE",
     "regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND "
     "TRY_CAST({0} AS DATE) IS NOT NULL"},
    {"TIMESTAMP",
     "regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}"
     "(:[0-9]{{2}}(\\.[0-9]{{1,6}})?)?') AND TRY_CAST({0} AS TIMESTAMP) IS NOT NULL"},
    {"TIMESTAMPTZ",
     "regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}"
     "(:[0-9]{{2}}(\\.[0-9]{{1,6}})?)?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)') AND "
     "TRY_CAST({0} AS TIMESTAMPTZ) IS NOT NULL"},
}};

// Columns that are looked at in one pass over the file.
constexpr std::size_t kColumnsAPass = 200;

}  // namespace

std::vector<std::string> typed_csv_columns(Connection& connection, std::string_view scan,
                                           const std::vector<std::string>& names) {
  std::vector<std::string> columns;
  for (std::size_t begin = 0; begin < names.size(); begin += kColumnsAPass) {
    const std::size_t end = std::min(names.size(), begin + kColumnsAPass);
    std::string tests;
    for (std::size_t i = begin; i < end; ++i) {
      const std::string value = quote_identifier(names[i]);
      for (const Candidate& candidate : kCandidates) {
        if (!tests.empty()) tests += ", ";
        tests += fmt::format("bool_and({}) FILTER ({} <> '')",
                             fmt::format(fmt::runtime(candidate.test), value), value);
      }
    }
    QueryResult facts = connection.query(fmt::format("SELECT {} FROM {}", tests, scan));
    facts.next();
    for (std::size_t i = begin; i < end; ++i) {
      const std::string value = quote_identifier(names[i]);
      const char* type = nullptr;
      bool has_values = true;
      for (std::size_t c = kCandidates.size(); c-- > 0;) {
        const std::size_t fact = (i - begin) * kCandidates.size() + c;
        has_values = !facts.is_null(fact);
        if (has_values && facts.text(fact) == "true") type = kCandidates[c].type;
      }
      // Nothing is known of its type, and so there is no column; `""` says no more than an empty
      // field.
      if (!has_values) continue;
      columns.push_back(type == nullptr
                            ? value
                            : fmt::format("CAST(nullif({0}, '') AS {1}) AS {0}", value, type));
    }
  }
  return columns;
}

}  // namespace dlt::engine
