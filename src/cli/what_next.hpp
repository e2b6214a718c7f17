// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::cli {

/// "dltpp pipeline NAME WORDS", for the same folder of pipelines.
std::string command_for(const CommonOptions& common, const std::string& pipeline,
                        const std::string& words);

/// Says on stderr, after a step failed, what became of the data and which command goes on.
void print_what_next(const CommonOptions& common, const Pipeline& pipeline,
                     const PipelineStepFailed& failure);

}  // namespace dlt::cli
