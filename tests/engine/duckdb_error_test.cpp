// SPDX-License-Identifier: Apache-2.0
#include "engine/duckdb_error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dlt::engine {
namespace {

struct Case {
  const char* name;
  const char* message;
  ErrorCode code;
  bool retryable;
};

class TranslateError : public testing::TestWithParam<Case> {};

TEST_P(TranslateError, GivesCodeAndRetry) {
  const Error error = translate_error(GetParam().message);
  EXPECT_EQ(error.code(), GetParam().code);
  EXPECT_EQ(error.retryable(), GetParam().retryable);
}

INSTANTIATE_TEST_SUITE_P(
    Messages, TranslateError,
    testing::Values(
        Case{"interrupt", "INTERRUPT Error: Interrupted!", ErrorCode::kInterrupted, false},
        Case{"unique", "Constraint Error: Duplicate key \"a: 1\"", ErrorCode::kDestination, false},
        Case{"unique_at_commit",
             "TransactionContext Error: Failed to commit: PRIMARY KEY or UNIQUE constraint "
             "violation: duplicate key",
             ErrorCode::kDestination, false},
        Case{"conflict", "TransactionContext Error: Conflict on update!", ErrorCode::kDestination,
             true},
        Case{"catalog_conflict", "Catalog Error: Catalog write-write conflict on alter with \"t\"",
             ErrorCode::kDestination, true},
        Case{"no_table", "Catalog Error: Table with name t does not exist!", ErrorCode::kNotFound,
             false},
        Case{"disk", "IO Error: Could not write file \"x\": No space left on device",
             ErrorCode::kIo, true},
        Case{"fsync_at_commit", "TransactionContext Error: Failed to commit: fsync failed!",
             ErrorCode::kIo, true},
        Case{"fatal", "FATAL Error: database has been invalidated", ErrorCode::kIo, true},
        Case{"memory", "Out of Memory Error: failed to allocate data\n\nPossible solutions:",
             ErrorCode::kDestination, true},
        Case{"syntax", "Parser Error: syntax error at or near \"x\"", ErrorCode::kInvalidArgument,
             false},
        Case{"conversion", "Conversion Error: Could not convert string", ErrorCode::kDestination,
             false},
        Case{"internal", "INTERNAL Error: Attempted to access index", ErrorCode::kInternal, false},
        Case{"empty", "", ErrorCode::kDestination, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TranslateErrorTest, NamesTableAndColumnOfANull) {
  const Error error = translate_error("Constraint Error: NOT NULL constraint failed: users.id");
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(error.context().table, "users");
  EXPECT_EQ(error.context().column, "id");
}

TEST(TranslateErrorTest, LeavesAdviceOutButKeepsTheLineOfSql) {
  EXPECT_EQ(translate_error("Out of Memory Error: full\n\nPossible solutions: many").message(),
            "DuckDB: Out of Memory Error: full");
  EXPECT_NE(translate_error("Parser Error: no\n\nLINE 1: SELEC").message().find("LINE 1"),
            std::string::npos);
}

}  // namespace
}  // namespace dlt::engine
