// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <dlt/json.hpp>

#include "arrow/type.hpp"

namespace dlt::arrow {

/// A type as arrow files have it (docs/formats/arrow-file.md).
Json type_document(const Type& type);
/// Empty for a document of no type that such a file can have: there are no views in them.
std::optional<Type> type_from_document(const Json& document);

}  // namespace dlt::arrow
