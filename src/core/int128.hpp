// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dlt {

/// An integer of 128 bits, which GCC and Clang have beyond the standard.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

}  // namespace dlt
