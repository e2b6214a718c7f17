// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include <dlt/naming.hpp>

namespace dlt {

struct BuiltInNaming {
  std::string_view name;
  NamingFactory make;
};

/// The conventions that come with dlt, by name.
std::span<const BuiltInNaming> built_in_namings();

}  // namespace dlt
