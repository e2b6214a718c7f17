// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dlt/json.hpp"

namespace dlt::conformance {

/// The rows of one side of a comparison, recorded or found, told by what they hold, by which run
/// brought them and by where they hang: ids of rows and loads are drawn anew each time. In records
/// they are tokens: "<load2>" the second load that rows of any run so far came with, "<id7>" the
/// same row wherever it stands.
class LinkedRows {
 public:
  LinkedRows() = default;
  LinkedRows(const LinkedRows&) = delete;
  LinkedRows& operator=(const LinkedRows&) = delete;

  /// What stands there after one more run. `fixed`: ids that are functions of the data.
  void add_run(const Json& tables, std::set<std::string> fixed);
  /// The rows of a table as texts, sorted. Nulls are left out.
  std::vector<std::string> of(const std::string& table) const;

 private:
  std::string text(const Json& row) const;
  std::string load_number(const std::string& load_id) const;

  Json tables_ = {};
  std::set<std::string> fixed_;
  std::map<std::string, const Json*> rows_;
  std::map<std::string, int> run_of_id_;
  std::set<std::string> loads_;
  int runs_ = 0;
};

/// The ids of rows of a record that are no tokens.
std::set<std::string> fixed_ids(const Json& tables);

}  // namespace dlt::conformance
