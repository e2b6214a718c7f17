// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "core/json/canonical.hpp"
#include "core/json/padded_bytes.hpp"
#include "dlt/error.hpp"
#include "extract/incremental_filter.hpp"

// A source whose rows get more from run to run yields all of them each time. What an incremental
// loads is compared with what an oracle loads that keeps every row.
namespace dlt {
namespace {

/// Keeps all rows that were loaded, as text.
class Oracle {
 public:
  explicit Oracle(bool ascends) : ascends_(ascends) {}

  std::multiset<std::string> load(const std::vector<Json>& rows) {
    const std::optional<int> start = last_;
    std::multiset<std::string> result;
    for (const Json& row : rows) {
      const int cursor = row.at("u").get<int>() * (ascends_ ? 1 : -1);
      if (start && cursor < *start) continue;
      const std::string text = row.dump();
      if (start && cursor == *start && loaded_.contains(text)) continue;
      result.insert(text);
      last_ = std::max(last_.value_or(cursor), cursor);
    }
    loaded_.insert(result.begin(), result.end());
    return result;
  }

 private:
  bool ascends_;
  std::optional<int> last_;
  std::set<std::string> loaded_;
};

struct Run {
  std::multiset<std::string> loaded;
  Json entry;
};

Run run(const Incremental& incremental, const std::vector<Json>& rows, const Json& entry,
        std::size_t most_hashes) {
  IncrementalFilter filter(check_incremental(incremental, {}, {}), entry, most_hashes);
  Run result;
  for (const Json& row : rows) {
    const PaddedBytes text(row.dump());
    if (filter.takes(CursorValue(row.at("u")), IncrementalFilter::Missing::kNo,
                     {.json = text.view()}))
      result.loaded.insert(row.dump());
  }
  filter.finish();
  result.entry = filter.entry();
  return result;
}

enum class NewRows { kAnywhere, kLast };
/// Rows that are known by their sum are told apart by how often they came: a new one that is equal
/// to an old one is loaded there, and left out where each row is known.
enum class Doubles { kNo, kYes };

struct Outcome {
  int runs = 0;
  int refused = 0;
  int by_sum = 0;
};

/// One source through some runs. Fails the test where the oracle loads something else.
void compare_runs(std::mt19937& random, std::size_t most_hashes, NewRows where, Doubles doubles,
                  Outcome& outcome) {
  const auto below = [&random](int end) { return static_cast<int>(random() % end); };
  const bool ascends = below(2) == 0;
  const Incremental incremental = {.cursor_path = "u", .last_value_func = ascends ? "max" : "min"};
  Oracle oracle(ascends);
  std::vector<Json> rows;
  Json entry;
  int newest = 0;
  for (int i = 0; i < 6; ++i) {
    for (int n = below(8); n > 0; --n) {
      newest += below(4) == 0 ? 1 : 0;
      // Some come late, some are doubles.
      const int cursor = (newest - (below(5) == 0 ? below(3) : 0)) * (ascends ? 1 : -1);
      const int id = doubles == Doubles::kYes ? below(6) : static_cast<int>(rows.size());
      const Json row = {{"id", id}, {"u", cursor}};
      const auto at = where == NewRows::kLast ? static_cast<std::ptrdiff_t>(rows.size())
                                              : below(static_cast<int>(rows.size()) + 1);
      rows.insert(rows.begin() + at, row);
    }
    ++outcome.runs;
    try {
      const Run result = run(incremental, rows, entry, most_hashes);
      ASSERT_EQ(result.loaded, oracle.load(rows)) << "run " << i << ", state " << entry;
      entry = result.entry;
      outcome.by_sum += entry.contains("boundary") ? 1 : 0;
      ASSERT_LE(entry.at("unique_hashes").size(), most_hashes);
    } catch (const Error& error) {
      // Only rows that are not known one by one may be refused.
      ASSERT_EQ(error.code(), ErrorCode::kState) << error.message();
      ASSERT_TRUE(entry.contains("boundary"));
      ++outcome.refused;
      return;
    }
  }
}

class PropertyTest : public testing::Test {
 protected:
  Outcome compare(std::size_t most_hashes, NewRows where, Doubles doubles) {
    Outcome outcome;
    for (unsigned seed = 1; seed <= 2000; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      std::mt19937 random(seed);
      compare_runs(random, most_hashes, where, doubles, outcome);
      if (HasFatalFailure()) break;
    }
    return outcome;
  }
};

TEST_F(PropertyTest, LoadsWhatAnOracleLoadsThatKeepsAllRows) {
  const Outcome outcome = compare(Boundary::kMostHashes, NewRows::kAnywhere, Doubles::kYes);
  EXPECT_EQ(outcome.refused, 0);
  EXPECT_EQ(outcome.by_sum, 0);
}

TEST_F(PropertyTest, RowsKnownByTheirSumAreLoadedOrRefused) {
  const Outcome outcome = compare(2, NewRows::kAnywhere, Doubles::kNo);
  EXPECT_GT(outcome.by_sum, outcome.runs / 10);
  EXPECT_GT(outcome.refused, 0);
}

TEST_F(PropertyTest, RowsKnownByTheirSumAreFoundWhereNewOnesComeLast) {
  const Outcome outcome = compare(2, NewRows::kLast, Doubles::kNo);
  EXPECT_GT(outcome.by_sum, outcome.runs / 10);
  EXPECT_GT(outcome.runs, outcome.refused * 20);
}

}  // namespace
}  // namespace dlt
