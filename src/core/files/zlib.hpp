// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dlt {

/// The most that a packed text may become: what a stored state or schema claims to be is bounded by
/// memory, not by trust.
inline constexpr std::size_t kMaxUnpackedBytes = std::size_t{256} << 20;

/// zlib's format (RFC 1950) at level 9.
std::string zlib_compress(std::string_view bytes);
/// Empty when `bytes` are not exactly one such stream. Throws kInvalidArgument when they would
/// become more than `max_bytes`.
std::optional<std::string> zlib_decompress(std::string_view bytes,
                                           std::size_t max_bytes = kMaxUnpackedBytes);

/// The form in which dlt keeps long texts in a column: base64 of zlib.
std::string pack_text(std::string_view text);
/// Empty when `packed` has not that form; then it is the text itself. Throws as `zlib_decompress`
/// does.
std::optional<std::string> unpack_text(std::string_view packed,
                                       std::size_t max_bytes = kMaxUnpackedBytes);

}  // namespace dlt
