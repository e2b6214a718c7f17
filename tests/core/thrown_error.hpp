// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "dlt/error.hpp"

namespace dlt {

/// The error that `action` throws; the test fails when it throws none.
template <typename Action>
Error thrown_by(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(ErrorCode::kInternal, "no error was thrown");
}

}  // namespace dlt
