// SPDX-License-Identifier: Apache-2.0
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "arrow/arrays.hpp"
#include "core/thrown_error.hpp"

namespace dlt::arrow {
namespace {

struct ColumnOfFormat {
  std::string format;
  std::string column;  // type, precision, scale, zone
};

void PrintTo(const ColumnOfFormat& entry, std::ostream* out) { *out << entry.format; }

class ColumnOfFormatTest : public testing::TestWithParam<ColumnOfFormat> {};

TEST_P(ColumnOfFormatTest, IsTheColumnThatHoldsEveryValue) {
  const OwnedSchema schema = make_schema({.format = GetParam().format, .name = "x"});
  const std::optional<Column> column = column_of(parse_type(*schema, "x"), "x");
  std::string text = "none";
  if (column) {
    text = to_string(*column->data_type);
    if (column->precision) text += " " + std::to_string(*column->precision);
    if (column->scale) text += " " + std::to_string(*column->scale);
    if (column->timezone == false) text += " local";
  }
  EXPECT_EQ(text, GetParam().column);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, ColumnOfFormatTest,
    testing::Values(
        ColumnOfFormat{"n", "none"}, ColumnOfFormat{"b", "bool"}, ColumnOfFormat{"c", "bigint"},
        ColumnOfFormat{"S", "bigint"}, ColumnOfFormat{"L", "bigint"}, ColumnOfFormat{"e", "double"},
        ColumnOfFormat{"f", "double"}, ColumnOfFormat{"g", "double"}, ColumnOfFormat{"u", "text"},
        ColumnOfFormat{"U", "text"}, ColumnOfFormat{"vu", "text"}, ColumnOfFormat{"z", "binary"},
        ColumnOfFormat{"vz", "binary"}, ColumnOfFormat{"w:16", "binary"},
        ColumnOfFormat{"d:10,2", "decimal 10 2"}, ColumnOfFormat{"d:76,4,256", "decimal 76 4"},
        ColumnOfFormat{"d:5,-2", "decimal 7 0"}, ColumnOfFormat{"tdD", "date"},
        ColumnOfFormat{"tdm", "date"}, ColumnOfFormat{"tts", "time"},
        ColumnOfFormat{"ttn", "time 9"}, ColumnOfFormat{"tss:", "timestamp local"},
        ColumnOfFormat{"tsu:UTC", "timestamp"}, ColumnOfFormat{"tsn:", "timestamp 9 local"}));

struct RefusedType {
  std::string name;
  ArraySpec spec;
  std::string message;
};

void PrintTo(const RefusedType& entry, std::ostream* out) { *out << entry.name; }

class RefusedTypeTest : public testing::TestWithParam<RefusedType> {};

TEST_P(RefusedTypeTest, NamesTheField) {
  const ArraySpec rows{.format = "+s", .children = {GetParam().spec}};
  const Error error = thrown_by([&] { parse_type(*make_schema(rows)); });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
  EXPECT_EQ(error.message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Types, RefusedTypeTest,
    testing::Values(
        RefusedType{"duration",
                    {.format = "tDs", .name = "x"},
                    "the Arrow field 'x' is a duration, which no column type is for"},
        RefusedType{"interval",
                    {.format = "tin", .name = "x"},
                    "the Arrow field 'x' is an interval, which no column type is for"},
        RefusedType{"union",
                    {.format = "+us:0,1", .name = "x"},
                    "the Arrow field 'x' is a union, which no column type is for"},
        RefusedType{"within",
                    {.format = "+s", .name = "x", .children = {{.format = "tDn", .name = "y"}}},
                    "the Arrow field 'x.y' is a duration, which no column type is for"},
        RefusedType{"unknown",
                    {.format = "?", .name = "x"},
                    "the Arrow field 'x' has an unknown type: '?'"},
        RefusedType{"malformed_decimal",
                    {.format = "d:10", .name = "x"},
                    "the Arrow field 'x' has a malformed type: 'd:10'"},
        RefusedType{"malformed_width",
                    {.format = "w:many", .name = "x"},
                    "the Arrow field 'x' has a malformed type: 'many'"},
        RefusedType{"list_without_child",
                    {.format = "+l", .name = "x"},
                    "the Arrow field 'x' has 0 children, which type '+l' does not have"}),
    [](const auto& tested) { return tested.param.name; });

TEST(TypeTest, ListsAreFoundAtAnyDepth) {
  const ArraySpec list{.format = "+l", .name = "l", .children = {{.format = "l", .name = "item"}}};
  const ArraySpec deep{.format = "+s", .name = "s", .children = {list}};
  EXPECT_TRUE(parse_type(*make_schema({.format = "+s", .children = {deep}})).has_lists());
  EXPECT_FALSE(
      parse_type(*make_schema({.format = "+s", .children = {{.format = "l", .name = "a"}}}))
          .has_lists());
}

}  // namespace
}  // namespace dlt::arrow
