// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "schema/row_identity.hpp"

namespace dlt {

struct DecimalPrecision {
  int precision = 38;
  int scale = 9;
};

/// What a destination can do, as data that the phases before it go by.
struct Capabilities {
  /// Convention of schemas that do not say otherwise.
  std::string naming_convention = "snake_case";
  int max_identifier_length = 65536;
  /// Whether "Name" and "name" are two names.
  bool has_case_sensitive_identifiers = false;
  /// Digits of the fraction of a second: of columns that do not say otherwise, and at most.
  int timestamp_precision = 6;
  int max_timestamp_precision = 9;
  /// Of decimals that do not say otherwise; and what a wei becomes.
  DecimalPrecision decimal_precision = {};
  DecimalPrecision wei_precision = {.precision = 38, .scale = 0};
  MergeStrategies merge_strategies = {};
};

}  // namespace dlt
