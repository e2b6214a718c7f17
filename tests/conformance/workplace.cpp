// SPDX-License-Identifier: Apache-2.0
#include "conformance/workplace.hpp"

#include <stdexcept>
#include <string>

#include <stdlib.h>

namespace dlt::conformance {

Workplace::Workplace() {
  std::string pattern = (std::filesystem::temp_directory_path() / "conformance-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
}

Workplace::~Workplace() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dlt::conformance
