// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dlt {
namespace {

TEST(JsonText, TypeMarksAreThoseOfDlt) {
  EXPECT_EQ(type_prefix(TypedText::kDecimal), "\uF026");
  EXPECT_EQ(type_prefix(TypedText::kTimestamp), "\uF027");
  EXPECT_EQ(type_prefix(TypedText::kDate), "\uF028");
  EXPECT_EQ(type_prefix(TypedText::kUuid), "\uF029");
  EXPECT_EQ(type_prefix(TypedText::kHexBytes), "\uF02A");
  EXPECT_EQ(type_prefix(TypedText::kBytes), "\uF02B");
  EXPECT_EQ(type_prefix(TypedText::kWei), "\uF02C");
  EXPECT_EQ(type_prefix(TypedText::kTime), "\uF02D");
}

TEST(JsonText, SeesTheMark) {
  EXPECT_EQ(marked_type("\uF0261.5"), TypedText::kDecimal);
  EXPECT_EQ(marked_type("\uF02D10:00"), TypedText::kTime);
  EXPECT_EQ(marked_type("\uF026"), std::nullopt);
  EXPECT_EQ(marked_type("\uF025x"), std::nullopt);
  EXPECT_EQ(marked_type("\uF02Ex"), std::nullopt);
  EXPECT_EQ(marked_type("1.5"), std::nullopt);
  EXPECT_EQ(marked_type("\xEF"), std::nullopt);
  EXPECT_EQ(marked_type(""), std::nullopt);
}

TEST(JsonText, MarksAreTakenOff) {
  EXPECT_EQ(without_type_prefixes(
                "[\"\uF0261.5\",{\"a\":\"\uF0272024-01-01T00:00:00+00:00\",\"b\":\"\uF02Ex\"}]"),
            R"(["1.5",{"a":"2024-01-01T00:00:00+00:00","b":"x"}])");
  EXPECT_EQ(without_type_prefixes(R"({"a":"\uf0261.5","b":"\uF02dx","c":"\uF02A0x"})"),
            R"({"a":"1.5","b":"x","c":"0x"})");
  // Keys, a mark alone, other characters, and marks that are not at the beginning stay.
  for (const char* json :
       {"{\"\uF0261\":1}", "[\"\uF026\"]", R"(["\uf026"])",
        R"(["\u0041bcdefg","\uf02ff","\uf025x"])", "[\"a\uF0261\"]", R"({"\uf0261" : "\"x"})",
        "[\"\uF0251\",\"\uF02F1\"]", "[1,\"x\\\\\",null]", "{}"}) {
    EXPECT_EQ(without_type_prefixes(json), std::nullopt) << json;
  }
}

TEST(JsonText, BlanksAreTakenOut) {
  EXPECT_EQ(compact_json_text(" { \"a b\" : [ 1 , 2.50,\n\t\"x \\\" y\" ] }\r\n"),
            R"({"a b":[1,2.50,"x \" y"]})");
  EXPECT_EQ(compact_json_text("123456789012345678901234567890.10"),
            "123456789012345678901234567890.10");
  EXPECT_EQ(compact_json_text("null"), "null");
  for (const char* text : {"", " ", "plain", "{", "[1,]", "{\"a\":1,}", "01", "1e400", "NaN", "'a'",
                           "[1] x", "\"\t\"", "\xEF\xBB\xBF[1]", "\"\\ud800\"", "\"\xff\""}) {
    EXPECT_EQ(compact_json_text(text), std::nullopt) << text;
  }
}

TEST(JsonText, KnowsAUuid) {
  EXPECT_TRUE(is_uuid("c8209ee7-ee95-4b90-8c9f-f7a0f8b51014"));
  EXPECT_TRUE(is_uuid("C8209EE7-EE95-4B90-8C9F-F7A0F8B51014"));
  for (const char* text :
       {"", "c8209ee7ee954b908c9ff7a0f8b51014", "c8209ee7-ee95-4b90-8c9f-f7a0f8b5101",
        "g8209ee7-ee95-4b90-8c9f-f7a0f8b51014", "c8209ee7-ee95-4b90-8c9f-f7a0f8b510145",
        "c8209ee7xee95-4b90-8c9f-f7a0f8b51014"}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
}

}  // namespace
}  // namespace dlt
