// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/definition.hpp"

namespace dlt::cli {

/// The manual page dltpp(1), as roff for man(7).
std::string man_page(const CommandDefinition& program, const std::string& version);

}  // namespace dlt::cli
