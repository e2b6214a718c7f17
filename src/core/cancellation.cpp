// SPDX-License-Identifier: Apache-2.0
#include "dlt/cancellation.hpp"

#include <string>

#include "dlt/error.hpp"

namespace dlt {

void CancellationToken::throw_if_requested(std::string_view doing) const {
  if (!requested()) return;
  throw Error(ErrorCode::kInterrupted,
              doing.empty() ? "stopped on request" : "interrupted while " + std::string(doing));
}

}  // namespace dlt
