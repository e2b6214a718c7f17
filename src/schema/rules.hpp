// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dlt/schema.hpp"
#include "schema/name_pattern.hpp"

namespace dlt {

enum class Variant { kNo, kYes };

/// What a schema's settings say about names that are new: preferred types, default hints, filters.
/// Compiled once; safe to share between threads. Matching runs regular expressions: ask once a
/// column, never once a row.
class SchemaRules {
 public:
  explicit SchemaRules(const Schema& schema);

  /// The type that columns of that name are to have, whatever their data; the first pattern that
  /// matches wins.
  std::optional<DataType> preferred_type(std::string_view column) const;
  /// Whether default hints make a column of that name not nullable.
  bool is_not_null(std::string_view column) const;
  /// A column that the data brought: name, type, nullable, default hints in the order of the
  /// settings, and `variant`.
  Column new_column(std::string name, DataType type, Variant variant) const;

  /// Whether any table filters its rows at all.
  bool has_filters() const { return !filters_.empty(); }
  /// Whether filters of the table, or of one that its name says is above it, leave this column out
  /// of its rows. `column` may be a path.
  bool is_excluded(std::string_view table, std::string_view column) const;

 private:
  struct Hint {
    std::string name;
    std::vector<NamePattern> patterns;
  };
  struct Filter {
    std::vector<NamePattern> excludes;
    std::vector<NamePattern> includes;
  };

  std::shared_ptr<const NamingConvention> naming_;
  std::vector<std::pair<NamePattern, DataType>> preferred_types_;
  std::vector<NamePattern> not_null_;
  std::vector<Hint> hints_;
  std::map<std::string, Filter, std::less<>> filters_;
};

}  // namespace dlt
