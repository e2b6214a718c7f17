// SPDX-License-Identifier: Apache-2.0
#include "schema/value.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "core/json_text.hpp"

namespace dlt {
namespace {

TEST(Value, HoldsIntegersInTheirShortestForm) {
  EXPECT_EQ(std::get<std::int64_t>(Value::integer(std::uint64_t{5}).data), 5);
  const Value large = Value::integer(std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(large.is_big_integer());
  EXPECT_EQ(large.to_decimal(), (Decimal{.digits = "18446744073709551615"}));
  EXPECT_EQ(std::get<std::int64_t>(Value::integer(Decimal{.negative = true, .digits = "5"}).data),
            -5);
  const Value larger = Value::integer(Decimal{.digits = "18446744073709551616"});
  EXPECT_TRUE(larger.is_big_integer());
  EXPECT_EQ(larger.to_decimal().digits, "18446744073709551616");
  EXPECT_FALSE(Value::integer(std::int64_t{1}).is_big_integer());
  EXPECT_FALSE(Value::text("18446744073709551616").is_big_integer());
}

TEST(Value, ReadsJsonNumbers) {
  EXPECT_EQ(std::get<std::int64_t>(Value::number("-12")->data), -12);
  EXPECT_EQ(std::get<std::int64_t>(Value::number("-0")->data), 0);
  EXPECT_EQ(std::get<std::int64_t>(Value::number("9223372036854775807")->data),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Value::number("9223372036854775808")->to_decimal(),
            (Decimal{.digits = "9223372036854775808"}));
  EXPECT_EQ(Value::number("-9223372036854775809")->to_decimal(),
            (Decimal{.negative = true, .digits = "9223372036854775809"}));
  EXPECT_EQ(std::get<double>(Value::number("1.0")->data), 1.0);
  EXPECT_EQ(std::get<double>(Value::number("-1.5E+2")->data), -150.0);
  EXPECT_EQ(std::get<double>(Value::number("1e2")->data), 100.0);
  EXPECT_EQ(std::get<double>(Value::number("1e-400")->data), 0.0);
  for (const char* raw : {"", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "1x", "0x1",
                          "NaN", " 1", "1e400", "-1e400"}) {
    EXPECT_FALSE(Value::number(raw)) << raw;
  }
}

struct TypedText {
  std::string text;
  DataType type;
  std::string shown;
};

std::string shown(const Value& value) {
  switch (value.type) {
    case DataType::kDecimal:
    case DataType::kWei:
      return to_string(std::get<Decimal>(value.data));
    case DataType::kTimestamp:
      return to_string(std::get<Timestamp>(value.data));
    case DataType::kDate:
      return to_string(std::get<Date>(value.data));
    case DataType::kTime:
      return to_string(std::get<Time>(value.data));
    default:
      return std::string(value.bytes());
  }
}

TEST(Value, DecodesTypedText) {
  const TypedText kTexts[] = {
      {"\uF02621.37", DataType::kDecimal, "21.37"},
      {"\uF0261E+3", DataType::kDecimal, "1E+3"},
      {"\uF0272005-04-02T20:37:37.358236+02:00", DataType::kTimestamp,
       "2005-04-02T20:37:37.358236+02:00"},
      {"\uF0272005-04-02T20:37:37Z", DataType::kTimestamp, "2005-04-02T20:37:37+00:00"},
      {"\uF0272005-04-02T20:37:37", DataType::kTimestamp, "2005-04-02T20:37:37"},
      {"\uF0272005-04-02", DataType::kTimestamp, "2005-04-02T00:00:00"},
      {"\uF0282022-02-02", DataType::kDate, "2022-02-02"},
      {"\uF029c8209ee7-ee95-4b90-8c9f-f7a0f8b51014", DataType::kText,
       "c8209ee7-ee95-4b90-8c9f-f7a0f8b51014"},
      {"\uF02A0x2137", DataType::kBinary, "\x21\x37"},
      {"\uF02BMjEzNw==", DataType::kBinary, "2137"},
      {"\uF02C21.37", DataType::kWei, "21.37"},
      {"\uF02D20:37:37.358236", DataType::kTime, "20:37:37.358236"},
  };
  for (const TypedText& typed : kTexts) {
    const auto value = decode_typed_text(typed.text);
    ASSERT_TRUE(value) << typed.text;
    EXPECT_EQ(value->type, typed.type) << typed.text;
    EXPECT_EQ(shown(*value), typed.shown) << typed.text;
  }
  EXPECT_EQ(decode_typed_text("\uF02A0xff")->note, Value::Note::kHex);
  EXPECT_EQ(decode_typed_text("\uF02Bff==")->note, Value::Note::kNone);
  EXPECT_EQ(decode_typed_text("\uF0272024-01-01T00:00:00.0000000001")->note, Value::Note::kCut);
  EXPECT_EQ(decode_typed_text("\uF02D00:00:00.0000000001")->note, Value::Note::kCut);
}

TEST(Value, LeavesOtherTextAlone) {
  for (const char* text : {"", "21.37", "\uF026", "\uF026x", "\uF0272005-04-32", "\uF02710:00",
                           "\uF028x", "\uF029x", "\uF02A0x213", "\uF02BMjEz!", "\uF02Cx",
                           "\uF02D2005-01-01", "\uF02Dx", "\uF02E1", "\uF0251"}) {
    EXPECT_FALSE(decode_typed_text(text)) << text;
  }
}

}  // namespace
}  // namespace dlt
