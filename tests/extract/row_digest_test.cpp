// SPDX-License-Identifier: Apache-2.0
#include "extract/row_digest.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/hash/digest.hpp"
#include "core/json/canonical.hpp"
#include "core/json/padded_bytes.hpp"
#include "dlt/values.hpp"

namespace dlt {
namespace {

std::string digest(const std::string& row, const RowKey& key = {}, bool typed = false) {
  RowDigester digester(key);
  const PaddedBytes text(row);
  return to_string(digester.digest({.json = text.view(), .typed = typed}));
}

const RowKey kId = {.kind = RowKey::Kind::kSingle, .names = {"id"}};
const RowKey kIdAndName = {.kind = RowKey::Kind::kCompound, .names = {"id", "name"}};

TEST(RowDigestTest, IsDltsHash) {
  // Recorded from dlt 1.26: states of runs with an incremental.
  EXPECT_EQ(digest(R"({"id": 2, "u": 20})"), "ujNdh3/t4OMnTwReuOKS");
  EXPECT_EQ(digest(R"({"u": 30, "id": 4})"), "1z5rj3qFAF8g5yrFdtye");
  EXPECT_EQ(digest(R"({"id": 2, "meta": {"at": "2024-01-03T00:00:00Z"}})"), "UqhVnbyvLhEU0fMGvlrT");
  EXPECT_EQ(digest(R"({"id": 2, "u": 20, "v": "b"})", kId), "Tp44cKMYfAuJiBfxLAqu");
}

TEST(RowDigestTest, HashesSortedCompactJson) {
  struct Row {
    const char* row;
    const char* hashed;
  };
  for (const Row& row : {
           Row{R"({ "b": 1.0, "a": [ {"d":1,"c":2} , [] , {} ] })",
               R"({"a":[{"c":2,"d":1},[],{}],"b":1.0})"},
           Row{R"({"a":"\u00e9\u0001\/"})", "{\"a\":\"\xC3\xA9\\u0001/\"}"},
           Row{R"({"a":1,"a":2})", R"({"a":2})"},
           Row{R"({"a":18446744073709551615,"b":true,"c":null,"d":false,"e":-1})",
               R"({"a":18446744073709551615,"b":true,"c":null,"d":false,"e":-1})"},
           Row{R"({"a":123456789012345678901234567890})",
               R"({"a":123456789012345678901234567890})"},
           Row{"[1,\"x\"]", "[1,\"x\"]"},
       }) {
    EXPECT_EQ(digest(row.row), digest128(row.hashed)) << row.row;
  }
}

TEST(RowDigestTest, KeysAreAValueOrAList) {
  const std::string row = R"({"id": 7, "name": "x", "other": 1})";
  EXPECT_EQ(digest(row, kId), digest128("7"));
  EXPECT_EQ(digest(row, kIdAndName), digest128(R"([7,"x"])"));
  EXPECT_EQ(digest(row, {.kind = RowKey::Kind::kCompound, .names = {"id"}}), digest128("[7]"));
  EXPECT_EQ(digest(R"({"id": null})", kId), digest128("null"));
}

TEST(RowDigestTest, ShowsRowsUpToAWholeCharacter) {
  EXPECT_EQ(shown({.json = "{}"}), "{}");
  const std::string row = std::string(199, 'x') + "\xC3\xA9 and more";
  EXPECT_EQ(shown({.json = row}), std::string(199, 'x') + "...");
}

TEST(RowDigestTest, TypedTextLosesItsMark) {
  const Json row = {{"at", Json(*parse_timestamp("2024-01-01T10:00:00+00:00"))},
                    {"price", Json(*parse_decimal("1.50"))}};
  const std::string text = compact_json(row, SortKeys::kNo);
  EXPECT_EQ(digest(text, {}, true),
            digest128(R"({"at":"2024-01-01T10:00:00+00:00","price":"1.50"})"));
  EXPECT_EQ(digest(text, {}, false), digest128(text));
}

}  // namespace
}  // namespace dlt
