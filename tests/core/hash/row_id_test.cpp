// SPDX-License-Identifier: Apache-2.0
#include "core/hash/row_id.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include <dlt/error.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/hash/digest.hpp"

namespace dlt {
namespace {

constexpr unsigned kSeed = 1600;

std::string random_text(std::mt19937& random, std::size_t length) {
  std::string text(length, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

std::string by_definition(std::string_view parent, std::string_view table, std::int64_t index) {
  return digest128(fmt::format("{}_{}_{}", parent, table, index), 10);
}

// A buffer that shows when more than its part was written.
class Ids {
 public:
  explicit Ids(std::size_t count) : text_(count * kRowIdLength + 1, '!') {}
  char* data() { return text_.data(); }
  std::string id(std::size_t index) const {
    return text_.substr(index * kRowIdLength, kRowIdLength);
  }
  bool intact() const { return text_.back() == '!'; }

 private:
  std::string text_;
};

TEST(NestedRowId, IsDltsOwn) {
  RowIdHasher hasher;
  Ids ids(1);
  hasher.nested_row_id("PZSwufWEEAjDIx", "żółć", 0, ids.data());
  EXPECT_EQ(ids.id(0), "u51mYR6d4oTYjQ");
  hasher.nested_row_id("g+o5WuDjxT2YUI", "t__l", 123456, ids.data());
  EXPECT_EQ(ids.id(0), "vBNzcIrwmyoIvQ");
  EXPECT_TRUE(ids.intact());
}

TEST(NestedRowId, OwnCodeAndOpensslAgree) {
  std::mt19937 random(kSeed);
  RowIdHasher hasher;
  for (int i = 0; i < 20'000; ++i) {
    const std::string parent = random_text(random, random() % 180);
    const std::string table = random_text(random, random() % 180);
    const auto index = static_cast<std::int64_t>(random() >> random() % 32);
    Ids ids(1);
    hasher.nested_row_id(parent, table, index, ids.data());
    ASSERT_EQ(ids.id(0), by_definition(parent, table, index))
        << "seed " << kSeed << ", input " << i;
    ASSERT_TRUE(ids.intact());
  }
}

TEST(NestedRowId, EveryLengthAroundABlock) {
  RowIdHasher hasher;
  for (std::size_t length = 0; length < 400; ++length) {
    const std::string table(length, 't');
    for (const std::int64_t index : {std::int64_t{0}, INT64_MAX}) {
      Ids ids(1);
      hasher.nested_row_id("PZSwufWEEAjDIx", table, index, ids.data());
      ASSERT_EQ(ids.id(0), by_definition("PZSwufWEEAjDIx", table, index)) << length;
    }
  }
}

TEST(NestedRowIds, ARunIsItsElementsOneByOne) {
  RowIdHasher hasher;
  for (const std::size_t parent_length : {std::size_t{14}, std::size_t{150}}) {
    const std::string parent(parent_length, 'p');
    for (std::size_t count = 0; count < 14; ++count) {
      Ids ids(count);
      hasher.nested_row_ids(parent, "issues__labels", 7, count, ids.data());
      for (std::size_t i = 0; i != count; ++i) {
        ASSERT_EQ(ids.id(i),
                  by_definition(parent, "issues__labels", 7 + static_cast<std::int64_t>(i)));
      }
      ASSERT_TRUE(ids.intact());
    }
  }
}

TEST(NestedRowIds, AnyRowsOfATableInOneCall) {
  std::mt19937 random(kSeed);
  RowIdHasher hasher;
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<std::string> parents;
    // Now and then a user's own id, too long for one block.
    for (std::size_t i = 0; i != count; ++i) {
      parents.push_back(random_text(random, random() % 10 == 0 ? 200 : 14));
    }
    std::vector<RowIdHasher::NestedRow> rows;
    for (const std::string& parent : parents)
      rows.push_back({parent, static_cast<std::int64_t>(random() % 1000)});
    Ids ids(count);
    hasher.nested_row_ids("t", rows, ids.data());
    for (std::size_t i = 0; i != count; ++i) {
      ASSERT_EQ(ids.id(i), by_definition(rows[i].parent_id, "t", rows[i].list_idx))
          << "seed " << kSeed;
    }
    ASSERT_TRUE(ids.intact());
  }
}

std::string derived(const RowIdSeed& seed, std::uint64_t ordinal) {
  Ids ids(1);
  derived_row_id(seed, ordinal, ids.data());
  EXPECT_TRUE(ids.intact());
  return ids.id(0);
}

RowIdSeed seed_of(const std::vector<std::string_view>& parts) { return row_id_seed(parts); }

TEST(DerivedRowId, StaysWhatItWas) {
  const RowIdSeed seed = seed_of({"pipeline", "schema", "1714512345.123456", "resource"});
  EXPECT_EQ(derived(seed, 0), "KYVOx8ttSmogvA");
  EXPECT_EQ(derived(seed, 1), "sJr2/usC+UWvpw");
  EXPECT_EQ(derived(seed, UINT64_MAX), "VCikALVkX0vsMQ");
}

TEST(DerivedRowId, DiffersByOrdinalAndByEachPartOfTheSeed) {
  std::unordered_set<std::string> ids;
  std::size_t made = 0;
  for (const RowIdSeed& seed : {seed_of({"p", "s", "1.5", "r"}), seed_of({"p", "s", "1.6", "r"}),
                                seed_of({"ps", "", "1.5", "r"}), seed_of({"p", "s", "1.5r", ""}),
                                seed_of({"p", "s", "1.5", "r", ""}), seed_of({})}) {
    for (std::uint64_t ordinal = 0; ordinal < 50'000; ++ordinal, ++made)
      ids.insert(derived(seed, ordinal));
  }
  EXPECT_EQ(ids.size(), made);
}

}  // namespace
}  // namespace dlt
