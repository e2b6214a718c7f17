// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/commands.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::cli {

/// Says on stderr, after a step failed, what became of the data and which command goes on.
void print_what_next(const CommonOptions& common, const Pipeline& pipeline,
                     const PipelineStepFailed& failure);

}  // namespace dlt::cli
