// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "dlt/schema.hpp"

namespace dlt {

/// The columns whose data type somebody declared: in the hints of this run, or in the schema that
/// was imported. Their values are coerced as dlt does; those of all other columns only where
/// nothing is lost. A package carries this set beside its schema.
class DeclaredColumns {
 public:
  /// Adds the complete columns of a table; names are normalized already.
  void add(const Table& table);
  void add(const Schema& schema);

  bool contains(std::string_view table, std::string_view column) const;
  bool empty() const { return columns_.empty(); }

  /// {"users": ["id", "name"]}, sorted.
  Json to_json() const;
  /// Throws kState when the document is none of these.
  static DeclaredColumns from_json(const Json& document);

  friend bool operator==(const DeclaredColumns&, const DeclaredColumns&) = default;

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> columns_;
};

}  // namespace dlt
