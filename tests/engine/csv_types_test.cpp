// SPDX-License-Identifier: Apache-2.0
#include "engine/csv_types.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/database.hpp"

namespace dlt::engine {
namespace {

struct TypesCase {
  const char* value;
  unsigned types;
};

class CsvTypesOf : public testing::TestWithParam<TypesCase> {};

TEST_P(CsvTypesOf, AreThoseThatKeepAllOfIt) {
  EXPECT_EQ(csv_types_of(GetParam().value), GetParam().types) << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    Values, CsvTypesOf,
    testing::Values(
        TypesCase{"0", kBigint | kDouble}, TypesCase{"-12", kBigint | kDouble},
        TypesCase{"007", kText}, TypesCase{"+1", kText}, TypesCase{"-", kText},
        TypesCase{"1 ", kText}, TypesCase{" 1", kText}, TypesCase{"-0", kDouble},
        TypesCase{"9223372036854775807", kBigint}, TypesCase{"-9223372036854775808", kBigint},
        TypesCase{"9223372036854775808", kText}, TypesCase{"9007199254740993", kBigint},
        TypesCase{"1000000000000000000000", kDouble}, TypesCase{"1.5", kDouble},
        TypesCase{"1.50", kDouble}, TypesCase{".5", kText}, TypesCase{"1.", kText},
        TypesCase{"0.1234567890123456789", kText}, TypesCase{"0.30000000000000004", kDouble},
        TypesCase{"1e5", kDouble}, TypesCase{"1E+5", kDouble}, TypesCase{"1e-5", kDouble},
        TypesCase{"1e+-5", kText}, TypesCase{"1e", kText}, TypesCase{"1e400", kText},
        TypesCase{"1e-400", kText}, TypesCase{"0e400", kDouble}, TypesCase{"5e-324", kText},
        TypesCase{"1e99999999999999999999", kText}, TypesCase{"nan", kText},
        TypesCase{"inf", kText}, TypesCase{"0x10", kText}, TypesCase{"1_000", kText},
        TypesCase{"true", kBool}, TypesCase{"False", kBool}, TypesCase{"t", kText},
        TypesCase{"yes", kText}, TypesCase{"2024-02-29", kDate}, TypesCase{"2023-02-29", kText},
        TypesCase{"0000-01-01", kText}, TypesCase{"2024-1-1", kText},
        TypesCase{"2024-01-01T10:00", kTimestamp},
        TypesCase{"2024-01-01 10:00:59.123456", kTimestamp},
        TypesCase{"2024-01-01 10:00:59.1234567", kText}, TypesCase{"2024-01-01 24:00:00", kText},
        TypesCase{"2024-01-01 10:60", kText}, TypesCase{"2024-01-01T10:00:00Z", kTimestampTz},
        TypesCase{"2024-01-01T10:00Z", kText}, TypesCase{"2024-01-01T10:00:00+05:30", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00+0530", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00-05", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00+15:00", kText}, TypesCase{"2024-01-01T10:00:00+5", kText},
        TypesCase{"2024-01-01T10:00:00Zx", kText}, TypesCase{"9999-12-31T23:59:59-01:00", kText},
        TypesCase{"0001-01-01T00:00:00+01:00", kText}, TypesCase{"10:00:00", kText}));

/// Something like a number or a moment, often broken.
std::string random_value(std::mt19937& random) {
  static const std::vector<std::string> kForms = {"00",
                                                  "-0000",
                                                  "0.00",
                                                  "0e0",
                                                  "0000000000000000000",
                                                  "0.00000000000000000",
                                                  "0.000e-00",
                                                  "0000-00-00",
                                                  "0000-00-00T00:00",
                                                  "0000-00-00 00:00:00.000",
                                                  "0000-00-00T00:00:00Z",
                                                  "0000-00-00T00:00:00+00:00",
                                                  "0000-00-00 00:00-00"};
  std::string value = kForms[random() % kForms.size()];
  for (char& c : value) {
    if (c == '0') c = static_cast<char>('0' + (random() % 3 == 0 ? random() % 10 : random() % 2));
  }
  static constexpr std::string_view kOdd = "-+.eETZ :09";
  if (random() % 4 == 0) value[random() % value.size()] = kOdd[random() % kOdd.size()];
  return value;
}

/// What reading a value as a type must give again: of a number the digits, of a moment all of it.
std::string loses_nothing(const char* type) {
  if (std::string_view(type) == "BIGINT") return "CAST(r AS VARCHAR) = v";
  if (std::string_view(type) == "DOUBLE") return "isfinite(r)";
  return "r IS NOT NULL";
}

TEST(CsvTypes, AreReadByDuckDbAsTheyAreMeant) {
  const Database database = Database::in_memory();
  Connection connection = database.connect();
  std::mt19937 random(1);
  for (const auto& [bit, type] :
       {std::pair{kBigint, "BIGINT"}, std::pair{kDouble, "DOUBLE"}, std::pair{kDate, "DATE"},
        std::pair{kTimestamp, "TIMESTAMP"}, std::pair{kTimestampTz, "TIMESTAMPTZ"}}) {
    std::string values;
    int count = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::string value = random_value(random);
      if ((csv_types_of(value) & static_cast<unsigned>(bit)) == 0) continue;
      values += (count++ == 0 ? "(" : ", (") + quote_literal(value) + ")";
    }
    EXPECT_GT(count, 100) << type;
    QueryResult wrong = connection.query(
        std::string("SELECT v, r FROM (SELECT v, TRY_CAST(v AS ") + type + ") AS r FROM (VALUES " +
        values + ") t(v)) WHERE NOT coalesce(" + loses_nothing(type) + ", false) LIMIT 1");
    EXPECT_FALSE(wrong.next()) << type << " " << wrong.text(0) << " became " << wrong.text(1);
  }
}

}  // namespace
}  // namespace dlt::engine
