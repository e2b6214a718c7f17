// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/files/byte_source.hpp"
#include "dlt/cancellation.hpp"

namespace dlt::cli {

/// Standard input, unpacked. Waiting for more of it ends, with kInterrupted, when `cancellation` is
/// requested.
std::unique_ptr<ByteSource> standard_input(const CancellationToken& cancellation);

}  // namespace dlt::cli
