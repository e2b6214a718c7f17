// SPDX-License-Identifier: Apache-2.0
#include "dlt/cancellation.hpp"

#include <condition_variable>
#include <mutex>
#include <string>

#include "dlt/error.hpp"

namespace dlt {

void CancellationToken::throw_if_requested(std::string_view doing) const {
  if (!requested()) return;
  throw Error(ErrorCode::kInterrupted,
              doing.empty() ? "stopped on request" : "interrupted while " + std::string(doing));
}

void CancellationToken::sleep(std::chrono::milliseconds time, std::string_view doing) const {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, source_.get_token(), time, [] { return false; });
  throw_if_requested(doing);
}

}  // namespace dlt
