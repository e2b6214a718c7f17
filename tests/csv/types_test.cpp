// SPDX-License-Identifier: Apache-2.0
#include "csv/types.hpp"

#include <gtest/gtest.h>

namespace dlt::csv {
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
        TypesCase{"2024-01-01T10:00Z", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00+05:30", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00+0530", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00-05", kTimestampTz},
        TypesCase{"2024-01-01T10:00:00+15:00", kText}, TypesCase{"2024-01-01T10:00:00+5", kText},
        TypesCase{"2024-01-01T10:00:00Zx", kText}, TypesCase{"9999-12-31T23:59:59-01:00", kText},
        TypesCase{"0001-01-01T00:00:00+01:00", kText}, TypesCase{"10:00:00", kText}));

}  // namespace
}  // namespace dlt::csv
