// SPDX-License-Identifier: Apache-2.0
#include "core/hash/content_id.hpp"

#include <gtest/gtest.h>

#include "core/hash/digest.hpp"
#include "core/json/padded_bytes.hpp"
#include "core/json/parser.hpp"

namespace dlt {
namespace {

/// A parsed JSON text.
class Record {
 public:
  explicit Record(std::string_view text) : text_(text) {
    EXPECT_EQ(parser_.parse(text_.view()), Parsed::kFast);
  }
  JsonView view() const { return parser_.view(); }

 private:
  PaddedBytes text_;
  JsonParser parser_;
};

std::string row_hash_of(std::string_view text) { return row_hash(Record(text).view()); }

TEST(RowHash, CoversEveryKeyButDltsOwn) {
  EXPECT_EQ(row_hash_of(R"({"name": "Alice", "id": 1})"), "y3/tSNvBipNZyQ");
  EXPECT_EQ(row_hash_of(R"({"_dlt_load_id": "1", "id": 1, "_dltx": 2, "name": "Alice"})"),
            "y3/tSNvBipNZyQ");
  EXPECT_EQ(row_hash_of(R"({"n": {"x": [1, 2, {"y": "z"}]}})"), "G5/sfGSF7yzFpw");
  EXPECT_EQ(row_hash_of("{}"), digest128("{}", 10));
}

TEST(RowHash, LeavesOutDltsKeysOnlyAtTopLevel) {
  EXPECT_EQ(row_hash_of(R"({"n": {"_dlt_id": 1}})"), digest128(R"({"n":{"_dlt_id":1}})", 10));
}

TEST(RowHash, TakesTheLastOfEqualKeys) {
  EXPECT_EQ(row_hash_of(R"({"a": 1, "b": 2, "a": 3})"), digest128(R"({"a":3,"b":2})", 10));
}

TEST(KeyHash, CoversNamesAndValues) {
  const Record record(R"({"d": 2.5, "h": 1, "b": 2.5})");
  std::vector<std::pair<std::string_view, JsonView>> key;
  for (const auto& [name, value] : record.view().fields()) {
    if (name != "h") key.emplace_back(name, value);
  }
  std::swap(key.front(), key.back());
  EXPECT_EQ(key_hash<JsonView>(key), "X/cPpa8z1upLMw");
  EXPECT_EQ(key_hash<JsonView>({}), digest128("{}", 10));
}

}  // namespace
}  // namespace dlt
