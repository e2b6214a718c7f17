// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace dlt {

/// Lines of JSON objects that make a schema change all the time: keys come and go and share names,
/// types change, lists turn into objects and back. The same seed makes the same text.
std::string random_records(std::uint64_t seed, int records);

}  // namespace dlt
