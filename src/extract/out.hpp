// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
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

  /// Where the rows of an Arrow stream go; adds their file to the package.
  std::function<void(arrow::BatchSource&)> add_rows = {};
  /// Of all streams so far: their rows are numbered as one.
  std::uint64_t stream_rows = 0;

  ItemSpool items;
  ItemSpool texts;  // of a Filtered only the bytes, which it gets when all of them came
  std::optional<Filtered> filtered = {};
  /// Whether bytes came, which may end anywhere.
  bool has_bytes = false;
  /// Bytes that may come before `when_full` is called after a yield.
  std::uint64_t room = 0;
  std::function<void()> when_full = {};

  void check_room() {
    std::uint64_t bytes = items.bytes() + texts.bytes();
    if (filtered) bytes += filtered->texts.bytes();
    if (bytes >= room) when_full();
  }
};

}  // namespace dlt
