// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dlt/resource.hpp"
#include "extract/item_spool.hpp"

namespace dlt {

/// Where what a resource yields goes: values, which may be typed JSON, and text, which is not.
struct Out::Impl {
  ItemSpool items;
  ItemSpool texts;
};

}  // namespace dlt
