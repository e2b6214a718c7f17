// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dlt/resource.hpp"
#include "extract/incremental_run.hpp"
#include "extract/item_spool.hpp"

namespace dlt {

/// Where what a resource yields goes: values, which may be typed JSON, and text, which is not.
struct Out::Impl {
  /// What an incremental has to see on its way.
  struct Filtered {
    IncrementalRun& run;
    FramingOptions framing;
    Excerpt texts;
  };

  ItemSpool items;
  ItemSpool texts;  // of a Filtered only the bytes, which it gets when all of them came
  std::optional<Filtered> filtered = {};
};

}  // namespace dlt
