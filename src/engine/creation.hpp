// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "engine/session.hpp"

namespace dlt::engine {

/// Makes an empty database, unless another process has made one by then. Failures name `file`.
void create_database(const RawConnection& connection, const std::filesystem::path& file);

/// Removes a second name of the database, which a creation that was killed has left: with it the
/// space would stay taken when the database is removed. What cannot be removed stays.
void remove_second_names(const std::filesystem::path& file);

}  // namespace dlt::engine
