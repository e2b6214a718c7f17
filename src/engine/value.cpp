// SPDX-License-Identifier: Apache-2.0
#include "engine/value.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/int128.hpp"
#include "dlt/error.hpp"
#include "engine/connection.hpp"

namespace dlt::engine {
namespace {

__extension__ typedef unsigned __int128 UInt128;

template <typename T>
const T& at(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

bool is_valid(duckdb_vector vector, idx_t row) {
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  return validity == nullptr || duckdb_validity_row_is_valid(validity, row);
}

std::string_view bytes_at(duckdb_vector vector, idx_t row) {
  duckdb_string_t* value = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(value), duckdb_string_t_length(*value)};
}

Int128 wide(const duckdb_hugeint& value) {
  return static_cast<Int128>((static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64) |
                             value.lower);
}

UInt128 wide(const duckdb_uhugeint& value) {
  return (static_cast<UInt128>(value.upper) << 64) | value.lower;
}

std::string take(char* text) {
  std::string taken = text != nullptr ? text : "";
  duckdb_free(text);
  return taken;
}

struct Simple {
  duckdb_type id;
  std::string_view name;
};

constexpr std::array kSimpleTypes = {
    Simple{DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    Simple{DUCKDB_TYPE_TINYINT, "TINYINT"},
    Simple{DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    Simple{DUCKDB_TYPE_INTEGER, "INTEGER"},
    Simple{DUCKDB_TYPE_BIGINT, "BIGINT"},
    Simple{DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    Simple{DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    Simple{DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    Simple{DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    Simple{DUCKDB_TYPE_FLOAT, "FLOAT"},
    Simple{DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    Simple{DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    Simple{DUCKDB_TYPE_DATE, "DATE"},
    Simple{DUCKDB_TYPE_TIME, "TIME"},
    Simple{DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    Simple{DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    Simple{DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    Simple{DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    Simple{DUCKDB_TYPE_BLOB, "BLOB"},
    Simple{DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    Simple{DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    Simple{DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    Simple{DUCKDB_TYPE_UUID, "UUID"},
    Simple{DUCKDB_TYPE_BIT, "BIT"},
    Simple{DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    Simple{DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    Simple{DUCKDB_TYPE_BIGNUM, "BIGNUM"},
    Simple{DUCKDB_TYPE_SQLNULL, "NULL"},
    Simple{DUCKDB_TYPE_TIME_NS, "TIME_NS"},
};

ValueType of_child(duckdb_logical_type child) {
  ValueType type = ValueType::of(child);
  duckdb_destroy_logical_type(&child);
  return type;
}

std::string members_text(const ValueType& type) {
  std::vector<std::string> members;
  for (std::size_t i = 0; i < type.names.size(); ++i) {
    members.push_back(fmt::format("{} {}", quote_identifier(type.names[i]), type.children[i].name));
  }
  return fmt::format("{}", fmt::join(members, ", "));
}

// `value` units of 10^-scale as decimal text.
std::string scaled_text(Int128 value, int scale) {
  std::string digits =
      fmt::format("{}", value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value));
  const auto behind = static_cast<std::size_t>(scale);
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  if (behind != 0) digits.insert(digits.size() - behind, 1, '.');
  return value < 0 ? "-" + digits : digits;
}

Int128 decimal_at(const ValueType& type, duckdb_vector vector, idx_t row) {
  switch (type.storage) {
    case DUCKDB_TYPE_SMALLINT:
      return at<std::int16_t>(vector, row);
    case DUCKDB_TYPE_INTEGER:
      return at<std::int32_t>(vector, row);
    case DUCKDB_TYPE_BIGINT:
      return at<std::int64_t>(vector, row);
    default:
      return wide(at<duckdb_hugeint>(vector, row));
  }
}

std::string date_text(std::int32_t days) {
  if (!duckdb_is_finite_date({days})) return days < 0 ? "-infinity" : "infinity";
  const duckdb_date_struct date = duckdb_from_date({days});
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// Both take the value in units of 10^-digits seconds.
std::string time_text(std::int64_t units, int digits) {
  std::int64_t second = 1;
  for (int i = 0; i < digits; ++i) second *= 10;
  const std::int64_t seconds = units / second;
  std::string text =
      fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (digits != 0) text += fmt::format(".{:0{}}", units % second, digits);
  return text;
}

// No fraction when it is zero, as ISO forms have it elsewhere.
std::string iso_time_text(std::int64_t units, int digits) {
  std::string text = time_text(units, digits);
  const std::string_view fraction = std::string_view(text).substr(text.find('.'));
  if (fraction.find_first_not_of(".0") == std::string_view::npos)
    text.resize(text.size() - fraction.size());
  return text;
}

std::string timestamp_text(std::int64_t units, int digits, std::string_view zone) {
  constexpr std::int64_t kInfinity = std::numeric_limits<std::int64_t>::max();
  if (units == kInfinity) return "infinity";
  if (units == -kInfinity) return "-infinity";
  std::int64_t day = 86'400;
  for (int i = 0; i < digits; ++i) day *= 10;
  std::int64_t days = units / day;
  std::int64_t rest = units % day;
  if (rest < 0) {
    rest += day;
    --days;
  }
  return fmt::format("{}T{}{}", date_text(static_cast<std::int32_t>(days)), time_text(rest, digits),
                     zone);
}

std::string interval_text(const duckdb_interval& value) {
  const bool negative = value.micros < 0;
  const std::int64_t micros = negative ? -value.micros : value.micros;
  return fmt::format("{} months {} days {}{}", value.months, value.days, negative ? "-" : "",
                     time_text(micros, 6));
}

std::string zoned_time_text(const duckdb_time_tz& value) {
  const duckdb_time_tz_struct parts = duckdb_from_time_tz(value);
  const int offset = std::abs(parts.offset);
  return fmt::format("{:02}:{:02}:{:02}.{:06}{}{:02}:{:02}", parts.time.hour, parts.time.min,
                     parts.time.sec, parts.time.micros, parts.offset < 0 ? '-' : '+', offset / 3600,
                     offset / 60 % 60);
}

// DuckDB flips the top bit so that UUIDs sort as numbers do.
std::string uuid_text(const duckdb_hugeint& value) {
  const std::uint64_t upper = static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63);
  const std::string hex = fmt::format("{:016x}{:016x}", upper, value.lower);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string hex_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes)
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
  return text;
}

// The first byte says how many of the bits that follow it are padding.
std::string bit_text(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 8 + static_cast<unsigned char>(bytes[0]); i < bytes.size() * 8; ++i) {
    text += (static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  }
  return text;
}

template <typename T>
std::string floating_text(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return fmt::format("{}", value);
}

template <typename T>
Json floating_json(T value) {
  if (!std::isfinite(value)) return floating_text(value);
  // A float is what its shortest text says, not the double that it widens to.
  if constexpr (sizeof(T) == 4) return std::strtod(floating_text(value).c_str(), nullptr);
  return static_cast<double>(value);
}

const std::string& enum_text(const ValueType& type, duckdb_vector vector, idx_t row) {
  switch (type.storage) {
    case DUCKDB_TYPE_UTINYINT:
      return type.names.at(at<std::uint8_t>(vector, row));
    case DUCKDB_TYPE_USMALLINT:
      return type.names.at(at<std::uint16_t>(vector, row));
    default:
      return type.names.at(at<std::uint32_t>(vector, row));
  }
}

Json list_json(const ValueType& element, duckdb_vector elements, idx_t offset, idx_t length) {
  Json list = Json::array();
  for (idx_t i = 0; i < length; ++i) list.push_back(value_json(element, elements, offset + i));
  return list;
}

std::string key_text(const Json& key) {
  return key.is_string() ? key.get<std::string>() : key.dump();
}

bool is_nested(duckdb_type id) {
  return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_STRUCT ||
         id == DUCKDB_TYPE_MAP || id == DUCKDB_TYPE_UNION;
}

Json nested_json(const ValueType& type, duckdb_vector vector, idx_t row) {
  switch (type.id) {
    case DUCKDB_TYPE_LIST: {
      const auto& entry = at<duckdb_list_entry>(vector, row);
      return list_json(type.children[0], duckdb_list_vector_get_child(vector), entry.offset,
                       entry.length);
    }
    case DUCKDB_TYPE_ARRAY:
      return list_json(type.children[0], duckdb_array_vector_get_child(vector),
                       row * type.array_size, type.array_size);
    case DUCKDB_TYPE_MAP: {
      const auto& entry = at<duckdb_list_entry>(vector, row);
      duckdb_vector pairs = duckdb_list_vector_get_child(vector);
      Json map = Json::object();
      for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
        const Json key = value_json(type.children[0], duckdb_struct_vector_get_child(pairs, 0), i);
        map[key_text(key)] =
            value_json(type.children[1], duckdb_struct_vector_get_child(pairs, 1), i);
      }
      return map;
    }
    case DUCKDB_TYPE_UNION: {
      // Member 0 of its struct is the tag.
      const auto tag = at<std::uint8_t>(duckdb_struct_vector_get_child(vector, 0), row);
      return value_json(type.children.at(tag),
                        duckdb_struct_vector_get_child(vector, tag + idx_t{1}), row);
    }
    default: {
      Json members = Json::object();
      for (std::size_t i = 0; i < type.names.size(); ++i) {
        members[type.names[i]] =
            value_json(type.children[i], duckdb_struct_vector_get_child(vector, i), row);
      }
      return members;
    }
  }
}

Json wide_json(Int128 value) {
  if (value >= std::numeric_limits<std::int64_t>::min() &&
      value <= std::numeric_limits<std::int64_t>::max()) {
    return static_cast<std::int64_t>(value);
  }
  if (value > 0 && value <= std::numeric_limits<std::uint64_t>::max())
    return static_cast<std::uint64_t>(value);
  return Json{{"decimal", fmt::format("{}", value)}};
}

}  // namespace

ValueType ValueType::of(duckdb_logical_type type) {
  ValueType value{.id = duckdb_get_type_id(type)};
  const std::string alias = take(duckdb_logical_type_get_alias(type));
  switch (value.id) {
    case DUCKDB_TYPE_DECIMAL:
      value.storage = duckdb_decimal_internal_type(type);
      value.scale = duckdb_decimal_scale(type);
      value.name = fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), value.scale);
      break;
    case DUCKDB_TYPE_ENUM:
      value.storage = duckdb_enum_internal_type(type);
      for (std::uint32_t i = 0; i < duckdb_enum_dictionary_size(type); ++i) {
        value.names.push_back(take(duckdb_enum_dictionary_value(type, i)));
      }
      value.name = "ENUM";
      break;
    case DUCKDB_TYPE_LIST:
      value.children.push_back(of_child(duckdb_list_type_child_type(type)));
      value.name = value.children[0].name + "[]";
      break;
    case DUCKDB_TYPE_ARRAY:
      value.children.push_back(of_child(duckdb_array_type_child_type(type)));
      value.array_size = duckdb_array_type_array_size(type);
      value.name = fmt::format("{}[{}]", value.children[0].name, value.array_size);
      break;
    case DUCKDB_TYPE_MAP:
      value.children.push_back(of_child(duckdb_map_type_key_type(type)));
      value.children.push_back(of_child(duckdb_map_type_value_type(type)));
      value.name = fmt::format("MAP({}, {})", value.children[0].name, value.children[1].name);
      break;
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        value.names.push_back(take(duckdb_struct_type_child_name(type, i)));
        value.children.push_back(of_child(duckdb_struct_type_child_type(type, i)));
      }
      value.name = fmt::format("STRUCT({})", members_text(value));
      break;
    case DUCKDB_TYPE_UNION:
      for (idx_t i = 0; i < duckdb_union_type_member_count(type); ++i) {
        value.names.push_back(take(duckdb_union_type_member_name(type, i)));
        value.children.push_back(of_child(duckdb_union_type_member_type(type, i)));
      }
      value.name = fmt::format("UNION({})", members_text(value));
      break;
    default:
      for (const Simple& simple : kSimpleTypes) {
        if (simple.id == value.id) value.name = simple.name;
      }
  }
  if (!alias.empty()) value.name = alias;
  value.is_json = value.id == DUCKDB_TYPE_VARCHAR && alias == "JSON";
  return value;
}

std::string value_text(const ValueType& type, duckdb_vector vector, idx_t row) {
  switch (type.id) {
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(vector, row) ? "true" : "false";
    case DUCKDB_TYPE_TINYINT:
      return fmt::format("{}", int{at<std::int8_t>(vector, row)});
    case DUCKDB_TYPE_SMALLINT:
      return fmt::format("{}", at<std::int16_t>(vector, row));
    case DUCKDB_TYPE_INTEGER:
      return fmt::format("{}", at<std::int32_t>(vector, row));
    case DUCKDB_TYPE_BIGINT:
      return fmt::format("{}", at<std::int64_t>(vector, row));
    case DUCKDB_TYPE_UTINYINT:
      return fmt::format("{}", unsigned{at<std::uint8_t>(vector, row)});
    case DUCKDB_TYPE_USMALLINT:
      return fmt::format("{}", at<std::uint16_t>(vector, row));
    case DUCKDB_TYPE_UINTEGER:
      return fmt::format("{}", at<std::uint32_t>(vector, row));
    case DUCKDB_TYPE_UBIGINT:
      return fmt::format("{}", at<std::uint64_t>(vector, row));
    case DUCKDB_TYPE_HUGEINT:
      return fmt::format("{}", wide(at<duckdb_hugeint>(vector, row)));
    case DUCKDB_TYPE_UHUGEINT:
      return fmt::format("{}", wide(at<duckdb_uhugeint>(vector, row)));
    case DUCKDB_TYPE_FLOAT:
      return floating_text(at<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE:
      return floating_text(at<double>(vector, row));
    case DUCKDB_TYPE_DECIMAL:
      return scaled_text(decimal_at(type, vector, row), type.scale);
    case DUCKDB_TYPE_VARCHAR:
      return std::string(bytes_at(vector, row));
    case DUCKDB_TYPE_BLOB:
      return hex_text(bytes_at(vector, row));
    case DUCKDB_TYPE_BIT:
      return bit_text(bytes_at(vector, row));
    case DUCKDB_TYPE_UUID:
      return uuid_text(at<duckdb_hugeint>(vector, row));
    case DUCKDB_TYPE_ENUM:
      return enum_text(type, vector, row);
    case DUCKDB_TYPE_DATE:
      return date_text(at<std::int32_t>(vector, row));
    case DUCKDB_TYPE_TIME:
      return iso_time_text(at<std::int64_t>(vector, row), 6);
    case DUCKDB_TYPE_TIME_NS:
      return iso_time_text(at<std::int64_t>(vector, row), 9);
    case DUCKDB_TYPE_TIME_TZ:
      return zoned_time_text(at<duckdb_time_tz>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP:
      return timestamp_text(at<std::int64_t>(vector, row), 6, "");
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return timestamp_text(at<std::int64_t>(vector, row), 6, "Z");
    case DUCKDB_TYPE_TIMESTAMP_S:
      return timestamp_text(at<std::int64_t>(vector, row), 0, "");
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return timestamp_text(at<std::int64_t>(vector, row), 3, "");
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return timestamp_text(at<std::int64_t>(vector, row), 9, "");
    case DUCKDB_TYPE_INTERVAL:
      return interval_text(at<duckdb_interval>(vector, row));
    default:
      break;
  }
  if (is_nested(type.id)) return nested_json(type, vector, row).dump();
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("a value of type {} cannot be shown", type.name),
              "cast it to VARCHAR in the query");
}

Json value_json(const ValueType& type, duckdb_vector vector, idx_t row) {
  if (!is_valid(vector, row)) return nullptr;
  switch (type.id) {
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(vector, row);
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
      return value_integer(type, vector, row);
    case DUCKDB_TYPE_UBIGINT:
      return at<std::uint64_t>(vector, row);
    case DUCKDB_TYPE_HUGEINT:
      return wide_json(wide(at<duckdb_hugeint>(vector, row)));
    case DUCKDB_TYPE_UHUGEINT: {
      const UInt128 value = wide(at<duckdb_uhugeint>(vector, row));
      if (value <= std::numeric_limits<std::uint64_t>::max())
        return static_cast<std::uint64_t>(value);
      return Json{{"decimal", fmt::format("{}", value)}};
    }
    case DUCKDB_TYPE_FLOAT:
      return floating_json(at<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE:
      return floating_json(at<double>(vector, row));
    case DUCKDB_TYPE_DECIMAL:
      return Json{{"decimal", value_text(type, vector, row)}};
    case DUCKDB_TYPE_BLOB:
      return Json{{"hex", value_text(type, vector, row)}};
    case DUCKDB_TYPE_VARCHAR: {
      if (!type.is_json) break;
      Json parsed = Json::parse(bytes_at(vector, row), nullptr, false);
      if (!parsed.is_discarded()) return parsed;
      break;
    }
    default:
      if (is_nested(type.id)) return nested_json(type, vector, row);
  }
  return value_text(type, vector, row);
}

std::int64_t value_integer(const ValueType& type, duckdb_vector vector, idx_t row) {
  switch (type.id) {
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(vector, row) ? 1 : 0;
    case DUCKDB_TYPE_TINYINT:
      return at<std::int8_t>(vector, row);
    case DUCKDB_TYPE_SMALLINT:
      return at<std::int16_t>(vector, row);
    case DUCKDB_TYPE_INTEGER:
      return at<std::int32_t>(vector, row);
    case DUCKDB_TYPE_BIGINT:
      return at<std::int64_t>(vector, row);
    case DUCKDB_TYPE_UTINYINT:
      return at<std::uint8_t>(vector, row);
    case DUCKDB_TYPE_USMALLINT:
      return at<std::uint16_t>(vector, row);
    case DUCKDB_TYPE_UINTEGER:
      return at<std::uint32_t>(vector, row);
    default:
      break;
  }
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("not an integer of 64 bits: a value of type {}", type.name),
              "cast it to BIGINT in the query");
}

}  // namespace dlt::engine
