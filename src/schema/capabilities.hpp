// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/record_batch.hpp"
#include "dlt/schema.hpp"
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
  /// Whether "Name" and "name" are two names.
  bool has_case_sensitive_identifiers = false;
  std::optional<int> max_columns = {};
  /// Overrides what sources say.
  std::optional<int> max_table_nesting = {};

  /// Digits of the fraction of a second: of columns that do not say otherwise, and at most.
  int timestamp_precision = 6;
  int max_timestamp_precision = 9;
  /// Digits that such columns keep whatever they say. Empty: what they say.
  std::optional<int> fixed_zoned_timestamp_precision = {};
  std::optional<int> fixed_time_precision = {};
  /// Of decimals that do not say otherwise, and at most; and what a wei becomes.
  DecimalPrecision decimal_precision = {};
  int max_decimal_precision = 38;
  DecimalPrecision wei_precision = {.precision = 38, .scale = 0};
  /// Bits of the integer types, ascending.
  std::vector<int> integer_bits = {64};
  /// Whether the precision of a text or binary column limits what it takes.
  bool has_text_precision = false;
  bool has_binary_precision = false;

  /// Bytes of one text or binary value. Empty: no limit.
  std::optional<std::int64_t> max_value_bytes = {};
  /// Whether text may have U+0000, and JSON "\u0000".
  bool text_takes_nul = true;
  bool json_takes_nul = true;

  MergeStrategies merge_strategies = {};
  /// The one that holds by default first.
  std::vector<ReplaceStrategy> replace_strategies = {ReplaceStrategy::kTruncateAndInsert};

  /// A name as the destination compares names: itself, or with A to Z in lower case.
  std::string fold(std::string_view name) const;
  /// How the values of a complete column go to the destination in record batches.
  Field field_for(const Column& column) const;
};

}  // namespace dlt
