// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dlt/json.hpp"

namespace dlt::cli {

/// Throws kInvalidArgument: what was typed makes no sense.
[[noreturn]] void refuse(std::string message, std::string hint);

/// Values of options as the library takes them; what cannot be read is refused.
/// name:type,name:type
Json parse_columns(const std::string& text);
/// MODE, or entity=MODE,entity=MODE
Json parse_contract(const std::string& text);
/// A name, or name,name
Json parse_names(const std::string& text);
/// DISPOSITION, or DISPOSITION:STRATEGY
Json parse_write_disposition(const std::string& text);

}  // namespace dlt::cli
