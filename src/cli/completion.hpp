// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/definition.hpp"

namespace dlt::cli {

// Scripts that complete what is typed after the program's name: commands, options, and values where
// it is known which there are. They hold the definitions as they are now; only names of pipelines
// are asked for, with `completion --pipelines`.
std::string bash_completion(const CommandDefinition& program);
std::string zsh_completion(const CommandDefinition& program);
std::string fish_completion(const CommandDefinition& program);

/// `shell`: bash, zsh or fish.
std::string completion_script(const CommandDefinition& program, const std::string& shell);

}  // namespace dlt::cli
