// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/row_identity.hpp"

namespace dlt {

struct DecimalPrecision {
  int precision = 38;
  int scale = 9;
};

/// How `replace` replaces: "truncate-and-insert", "insert-from-staging", "staging-optimized".
enum class ReplaceStrategy { kTruncateAndInsert, kInsertFromStaging, kStagingOptimized };
std::string_view to_string(ReplaceStrategy strategy);
std::optional<ReplaceStrategy> parse_replace_strategy(std::string_view name);

/// What a destination can do, as data that the phases before it go by.
struct Capabilities {
  /// Convention of schemas that do not say otherwise.
  std::string naming_convention = "snake_case";
  /// Names of datasets, tables and columns, in code points.
  int max_identifier_length = 65536;
  /// In bytes of UTF-8, where the destination counts those as well.
  std::optional<int> max_identifier_bytes = {};
  /// Whether "Name" and "name" are two names.
  bool has_case_sensitive_identifiers = false;
  std::optional<int> max_columns = {};
  /// Overrides what sources say.
  std::optional<int> max_table_nesting = {};
  /// Digits of the fraction of a second: of columns that do not say otherwise, and at most.
  int timestamp_precision = 6;
  int max_timestamp_precision = 9;
  /// Whether timestamps with time zone and times have the precision that the schema asks for, or
  /// always the default one.
  bool has_zoned_precision = true;
  /// What timestamps without time zone come in, ascending: the first precision that is enough.
  /// Empty: any.
  std::vector<int> local_timestamp_precisions = {};
  /// Whether the length of text and binary columns is kept.
  bool has_text_length = true;
  /// Bytes of one text or binary value. Empty: no limit.
  std::optional<std::int64_t> max_value_bytes = {};
  /// Whether text may have U+0000, and JSON "\u0000".
  bool text_takes_nul = true;
  bool json_takes_nul = true;
  /// Of decimals that do not say otherwise, and at most; and what a wei becomes.
  DecimalPrecision decimal_precision = {};
  int max_decimal_precision = 38;
  DecimalPrecision wei_precision = {.precision = 38, .scale = 0};
  /// How often a load is tried, when what went wrong may be over soon.
  int load_attempts = 1;
  MergeStrategies merge_strategies = {};
  /// The one that holds by default first.
  std::vector<ReplaceStrategy> replace_strategies = {ReplaceStrategy::kTruncateAndInsert};

  /// Makes a strategy the one that holds. Throws kConfiguration for one that the destination does
  /// not have.
  void prefer(std::string_view replace_strategy);
  /// A name as the destination compares names: itself, or with A to Z in lower case.
  std::string fold(std::string_view name) const;
};

}  // namespace dlt
