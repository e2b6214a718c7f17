// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <dlt/error.hpp>
#include <dlt/schema.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dlt {

/// A file of schema documents that dlt wrote.
inline std::string schema_data(const std::string& file) {
  std::ifstream in(std::filesystem::path(DLTPP_TEST_DATA) / "conformance/data/schemas" / file,
                   std::ios::binary);
  if (!in) throw std::runtime_error("no such vector: " + file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The error that a call throws; a failed test and an empty one when it throws none.
template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an error, none came";
  return Error(ErrorCode::kInternal, "");
}

inline Table make_table(const std::string& name, std::vector<Column> columns,
                        Json properties = Json::object()) {
  return {.name = name,
          .columns = std::move(columns),
          .properties = std::make_shared<const Json>(std::move(properties))};
}

inline Column make_column(const std::string& name, std::optional<DataType> type,
                          Json hints = Json::object()) {
  Column column{.name = name, .data_type = type};
  column.hints = std::make_shared<const Json>(std::move(hints));
  return column;
}

}  // namespace dlt
