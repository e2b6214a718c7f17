// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dlt/schema.hpp"

namespace dlt {

/// A table with all its names normalized: its own, its parent's, its columns', those of its
/// references. Columns that get the same name are merged, the later one's hints winning. `resource`
/// is no name of the destination and stays.
Table normalize_identifiers(const Table& table, const NamingConvention& naming);

/// A simple regex over column names: normalized when it is a plain name (also as "^name$"), else as
/// it is.
std::string normalize_pattern(std::string_view simple_regex, const NamingConvention& naming);

}  // namespace dlt
