// SPDX-License-Identifier: Apache-2.0
#include "dlt/cancellation.hpp"

#include "dlt/error.hpp"

namespace dlt {

void CancellationToken::throw_if_requested() const {
  if (requested()) throw Error(ErrorCode::kInterrupted, "stopped on request");
}

}  // namespace dlt
