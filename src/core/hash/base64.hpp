// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dlt {

enum class Base64Padding { kNo, kYes };

/// Standard base64 (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes, Base64Padding padding = Base64Padding::kYes);
/// The bytes of padded standard base64; empty when `text` is none: strange characters, blanks,
/// missing or superfluous padding. As in Python, the unused bits of the last character may have any
/// value.
std::optional<std::string> base64_decode(std::string_view text);

/// Lower-case hexadecimal digits, two a byte.
std::string hex_encode(std::string_view bytes);
/// The bytes of hexadecimal digits of either case; empty when `text` is none.
std::optional<std::string> hex_decode(std::string_view text);

/// The base64 alphabet, for code that encodes into its own buffer.
inline constexpr char kBase64Alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace dlt
