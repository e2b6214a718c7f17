// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "conformance/cases.hpp"
#include "conformance/units.hpp"

namespace {

constexpr int kUsageError = 2;

int finish(const dlt::conformance::Tally& tally) {
  std::cout << fmt::format("{} passed, {} failed\n", tally.passed, tally.failed);
  return tally.failed == 0 ? 0 : 1;
}

int run(const std::vector<std::string_view>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "--units") {
    return finish(dlt::conformance::run_units(arguments[1], std::cout));
  }
  if (!arguments.empty() && !arguments[0].starts_with("--") && arguments.size() % 2 == 1) {
    dlt::conformance::CaseOptions options;
    bool understood = true;
    for (std::size_t i = 1; i < arguments.size(); i += 2) {
      if (arguments[i] == "--destination") {
        options.destination = arguments[i + 1];
      } else if (arguments[i] == "--data") {
        options.data = arguments[i + 1];
      } else if (arguments[i] == "--dump") {
        options.dump = arguments[i + 1];
      } else {
        understood = false;
      }
    }
    if (understood) return finish(dlt::conformance::run_cases(arguments[0], options, std::cout));
  }
  std::cerr << "usage: conformance --units DIR\n"
               "       conformance DIR --destination duckdb|postgres [--data DIR] [--dump OUT]\n";
  return kUsageError;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "conformance: " << error.what() << '\n';
    return kUsageError;
  }
}
