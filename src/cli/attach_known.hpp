// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dlt/pipeline.hpp"

namespace dlt::cli {

/// A pipeline that ran on this machine. Throws kNotFound, with a hint that names those that did.
Pipeline attach_known(PipelineOptions options);

}  // namespace dlt::cli
