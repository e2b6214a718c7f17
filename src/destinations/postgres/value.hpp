// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dlt/json.hpp"

namespace dlt::postgres {

/// Numbers of PostgreSQL's own types, which never change (pg_type.dat of its source).
namespace oid {
inline constexpr std::uint32_t kBool = 16;
inline constexpr std::uint32_t kBytea = 17;
inline constexpr std::uint32_t kInt8 = 20;
inline constexpr std::uint32_t kInt2 = 21;
inline constexpr std::uint32_t kInt4 = 23;
inline constexpr std::uint32_t kText = 25;
inline constexpr std::uint32_t kOid = 26;
inline constexpr std::uint32_t kJson = 114;
inline constexpr std::uint32_t kFloat4 = 700;
inline constexpr std::uint32_t kFloat8 = 701;
inline constexpr std::uint32_t kVarchar = 1043;
inline constexpr std::uint32_t kDate = 1082;
inline constexpr std::uint32_t kTime = 1083;
inline constexpr std::uint32_t kTimestamp = 1114;
inline constexpr std::uint32_t kTimestamptz = 1184;
inline constexpr std::uint32_t kTimetz = 1266;
inline constexpr std::uint32_t kNumeric = 1700;
inline constexpr std::uint32_t kJsonb = 3802;
}  // namespace oid

// The contracts of QueryResult's `text`, `json` and `integer`, for a value as PostgreSQL writes it
// (DateStyle ISO, TimeZone UTC, bytea_output hex).
std::string value_text(std::uint32_t type, std::string_view value);
Json value_json(std::uint32_t type, std::string_view value);
std::int64_t value_integer(std::uint32_t type, std::string_view value);

}  // namespace dlt::postgres
