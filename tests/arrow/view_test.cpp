// SPDX-License-Identifier: Apache-2.0
#include "arrow/view.hpp"

#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow/arrays.hpp"
#include "core/thrown_error.hpp"

namespace dlt::arrow {
namespace {

using testing::ElementsAre;

struct SqlValue {
  std::string sql;
  std::string json;
};

void PrintTo(const SqlValue& value, std::ostream* out) { *out << value.sql; }

class SqlValueTest : public testing::TestWithParam<SqlValue> {};

// DuckDB makes the arrays: what it means by them is what is read.
TEST_P(SqlValueTest, ReadsAsTheJsonThatItIs) {
  const std::vector<Rows> rows = rows_of("SELECT " + GetParam().sql + " AS x");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(json_of(rows.front()), ElementsAre("{\"x\":" + GetParam().json + "}"));
}

INSTANTIATE_TEST_SUITE_P(
    Values, SqlValueTest,
    testing::Values(
        SqlValue{"NULL::INTEGER", "null"}, SqlValue{"true", "true"}, SqlValue{"false", "false"},
        SqlValue{"(-7)::TINYINT", "-7"}, SqlValue{"250::UTINYINT", "250"},
        SqlValue{"(-30000)::SMALLINT", "-30000"}, SqlValue{"4000000000::UINTEGER", "4000000000"},
        SqlValue{"(-9223372036854775808)::BIGINT", "-9223372036854775808"},
        SqlValue{"18446744073709551615::UBIGINT", "18446744073709551615"},
        SqlValue{"1.5::FLOAT", "1.5"}, SqlValue{"0.1::DOUBLE", "0.1"},
        SqlValue{"1.20::DECIMAL(4,2)", "\"1.20\""}, SqlValue{"-0.05::DECIMAL(9,2)", "\"-0.05\""},
        SqlValue{"-12345678901234567890.123456789::DECIMAL(38,9)",
                 "\"-12345678901234567890.123456789\""},
        SqlValue{"'a\"b'", "\"a\\\"b\""}, SqlValue{"''", "\"\""},
        SqlValue{"'a text of more than twelve bytes'", "\"a text of more than twelve bytes\""},
        SqlValue{"'\\xAA\\x00'::BLOB", "\"qgA=\""}, SqlValue{"DATE '1969-12-31'", "\"1969-12-31\""},
        SqlValue{"TIME '23:59:59.5'", "\"23:59:59.500000\""},
        SqlValue{"TIMESTAMP '1969-12-31 23:59:59.25'", "\"1969-12-31T23:59:59.250000\""},
        SqlValue{"TIMESTAMP_S '2024-01-02 03:04:05'", "\"2024-01-02T03:04:05\""},
        SqlValue{"TIMESTAMP_NS '2024-01-02 03:04:05.123456789'",
                 "\"2024-01-02T03:04:05.123456789\""},
        SqlValue{"TIMESTAMPTZ '2024-01-02 03:04:05+02'", "\"2024-01-02T01:04:05+00:00\""},
        SqlValue{"[1, NULL, 3]", "[1,null,3]"}, SqlValue{"[]::INTEGER[]", "[]"},
        SqlValue{"[[1], [], NULL]", "[[1],[],null]"}, SqlValue{"[1, 2]::INTEGER[2]", "[1,2]"},
        SqlValue{"{'a': 1, 'b': {'c': [{'d': 'e'}]}}", "{\"a\":1,\"b\":{\"c\":[{\"d\":\"e\"}]}}"},
        SqlValue{"map {'k': 1, 'l': NULL}",
                 "[{\"key\":\"k\",\"value\":1},{\"key\":\"l\",\"value\":null}]"},
        SqlValue{"'b'::ENUM('a', 'b')", "\"b\""}));

TEST(ViewTest, RowsOfASliceAreThoseBehindTheOffset) {
  const auto batch =
      make_batch({{.format = "l",
                   .name = "n",
                   .length = 2,
                   .offset = 1,
                   .null_count = 1,
                   .buffers = {std::string(1, '\x03'), bytes_of<std::int64_t>({1, 2, 3})}},
                  {.format = "u",
                   .name = "t",
                   .length = 2,
                   .buffers = {"", bytes_of<std::int32_t>({0, 1, 3}), "abc"}}});
  EXPECT_THAT(json_of({.batch = batch}),
              ElementsAre(R"({"n":2,"t":"a"})", R"({"n":null,"t":"bc"})"));
}

TEST(ViewTest, OnlyRowsThatCountAreRead) {
  const auto batch = make_batch({{.format = "i",
                                  .name = "n",
                                  .length = 3,
                                  .buffers = {"", bytes_of<std::int32_t>({1, 2, 3})}}});
  const Rows rows{.batch = batch, .taken = {{0, 2}}};
  EXPECT_THAT(json_of(rows), ElementsAre(R"({"n":1})", R"({"n":3})"));
}

TEST(ViewTest, ViewsOfTextLeadIntoTheirBuffers) {
  // Up to 12 bytes stand in the view itself.
  const std::string text = "a text of more than twelve bytes";
  std::string view = bytes_of<std::int32_t>({2}) + "ab" + std::string(10, '\0');
  view += bytes_of<std::int32_t>({static_cast<std::int32_t>(text.size())}) + text.substr(0, 4) +
          bytes_of<std::int32_t>({0, 1});
  const auto batch =
      make_batch({{.format = "vu",
                   .name = "t",
                   .length = 2,
                   .buffers = {"", view, "_" + text, bytes_of<std::int64_t>({33})}}});
  EXPECT_THAT(json_of({.batch = batch}),
              ElementsAre(R"({"t":"ab"})", R"({"t":"a text of more than twelve bytes"})"));
}

TEST(ViewTest, HalfNumbersAreNumbers) {
  const auto batch =
      make_batch({{.format = "e",
                   .name = "h",
                   .length = 4,
                   .buffers = {"", bytes_of<std::uint16_t>({0x3C00, 0xC100, 0x0001, 0x7BFF})}}});
  EXPECT_THAT(json_of({.batch = batch}),
              ElementsAre(R"({"h":1.0})", R"({"h":-2.5})", R"({"h":5.960464477539063e-8})",
                          R"({"h":65504.0})"));
}

TEST(ViewTest, AKeyThatTheDictionaryDoesNotHaveIsRefused) {
  ArraySpec keys{.format = "c", .name = "d", .length = 1, .buffers = {"", std::string(1, '\x02')}};
  keys.dictionary = std::make_shared<ArraySpec>(
      ArraySpec{.format = "u", .length = 1, .buffers = {"", bytes_of<std::int32_t>({0, 1}), "x"}});
  const auto batch = make_batch({keys});
  const Error error = thrown_by([&] { json_of({.batch = batch}); });
  EXPECT_EQ(error.message(), "the Arrow dictionary of field 'd' has 1 values, and no number 2");
}

TEST(ViewTest, ADateThatIsNoWholeDayIsRefused) {
  const auto batch = make_batch({{.format = "tdm",
                                  .name = "d",
                                  .length = 1,
                                  .buffers = {"", bytes_of<std::int64_t>({86'400'001})}}});
  EXPECT_EQ(thrown_by([&] { json_of({.batch = batch}); }).message(),
            "date 'd' of the Arrow data is no whole day");
}

TEST(BatchTest, ArraysThatDoNotGoWithTheirTypeAreRefused) {
  const ArraySpec good{
      .format = "l", .name = "n", .length = 1, .buffers = {"", bytes_of<std::int64_t>({1})}};
  const auto message = [&](const ArraySpec& bad) {
    const OwnedSchema schema = make_schema({.format = "+s", .children = {good}});
    const auto type = std::make_shared<const Type>(parse_type(*schema));
    return thrown_by([&] {
             Batch(type,
                   make_array({.format = "+s", .length = 1, .buffers = {""}, .children = {bad}}));
           })
        .message();
  };
  ArraySpec bad = good;
  bad.buffers.pop_back();
  EXPECT_EQ(message(bad), "the Arrow array of field 'n' has 1 buffers instead of 2");
  bad = good;
  bad.buffers[1].clear();
  EXPECT_EQ(message(bad), "the Arrow array of field 'n' lacks its values");
  bad = good;
  bad.length = -1;
  EXPECT_EQ(message(bad), "the Arrow array of field 'n' has a negative length or offset");
  bad = good;
  bad.length = 0;
  EXPECT_EQ(message(bad), "the Arrow array of field '' is longer than its children");
}

}  // namespace
}  // namespace dlt::arrow
