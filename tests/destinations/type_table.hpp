// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "dlt/schema.hpp"

namespace dlt {

/// A column and the type that a destination gives it, in a table of tests.
struct TypeCase {
  const char* name;
  Column column;
  const char* type;  // null: refused
};

template <class ColumnType>
void expect_type(const TypeCase& expected, ColumnType column_type) {
  if (expected.type != nullptr) {
    EXPECT_EQ(column_type(expected.column), expected.type);
    return;
  }
  Column column = expected.column;
  column.name = "c";
  const Error error = thrown_by([&] { column_type(column); });
  EXPECT_EQ(error.code(), ErrorCode::kSchema);
  EXPECT_EQ(error.context().column, "c");
  EXPECT_FALSE(error.hint().empty());
}

}  // namespace dlt
