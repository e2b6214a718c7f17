// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "dlt/json.hpp"
#include "dlt/schema.hpp"

// What a case left behind against what is recorded of it; data/README.md tells of the shape.
namespace dlt::conformance {

/// Collects what differs, as lines.
class Differences {
 public:
  void add(std::string line) { lines_.push_back(std::move(line)); }
  void equal(const std::string& what, const std::string& expected, const std::string& actual);
  /// Every member of `expected` is in `actual`.
  void contained(const std::string& what, const Json& expected, const Json& actual);
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// A value so that equal ones have equal texts: numbers by value, objects by sorted keys.
std::string canonical(const Json& value);
/// dlt's type of a column, by what PostgreSQL or DuckDB call it.
std::string type_group(const std::string& type);
std::vector<std::string> names_of(const Json& columns);

void compare_schema(const Json& expected, const Json& actual, Differences& differences);
/// A count, a sum (doubles within 1e-9 of each other) or a digest of a column.
void compare_measure(const std::string& what, const Json& expected, const Json& actual,
                     Differences& differences);
/// Each nested row hangs on a row of its parent, and has the id that follows from it.
void check_links(const Schema& schema, const Json& tables, Differences& differences);

}  // namespace dlt::conformance
