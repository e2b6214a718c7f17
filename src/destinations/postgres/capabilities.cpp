// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/capabilities.hpp"

namespace dlt::postgres {
namespace {

// A value has a header of 4 bytes and is, with it, below 1 GiB.
constexpr std::int64_t kMaxValueBytes = (std::int64_t{1} << 30) - 1 - 4;
constexpr int kMaxColumns = 1'600;
constexpr int kMaxDeclaredDigits = 1'000;

Capabilities make() {
  Capabilities capabilities;
  capabilities.max_identifier_length = kMaxIdentifierBytes;
  capabilities.max_identifier_bytes = kMaxIdentifierBytes;
  capabilities.has_case_sensitive_identifiers = true;
  capabilities.max_columns = kMaxColumns;
  capabilities.timestamp_precision = 6;
  capabilities.max_timestamp_precision = 6;
  capabilities.has_zoned_precision = true;
  capabilities.has_text_length = true;
  capabilities.max_value_bytes = kMaxValueBytes;
  capabilities.text_takes_nul = false;
  capabilities.json_takes_nul = false;
  capabilities.decimal_precision = {.precision = 38, .scale = 9};
  capabilities.max_decimal_precision = kMaxDeclaredDigits;
  capabilities.wei_precision = {.precision = 156, .scale = 78};
  capabilities.load_attempts = 5;
  capabilities.merge_strategies = {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert,
                                   MergeStrategy::kScd2, MergeStrategy::kInsertOnly};
  capabilities.replace_strategies = {ReplaceStrategy::kTruncateAndInsert,
                                     ReplaceStrategy::kInsertFromStaging,
                                     ReplaceStrategy::kStagingOptimized};
  return capabilities;
}

}  // namespace

const Capabilities& postgres_capabilities() {
  static const Capabilities capabilities = make();
  return capabilities;
}

}  // namespace dlt::postgres
