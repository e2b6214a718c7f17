// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "cli/commands.hpp"

namespace dlt::cli {

void stop_on_signals(const CancellationToken& cancellation) {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGINT);
  sigaddset(&stopping, SIGTERM);
  // Blocked in every thread that is started from here on, so that one thread can wait for them.
  pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
  std::thread([stopping, cancellation] {
    int signal = 0;
    sigwait(&stopping, &signal);
    std::fputs("\nstopping (once more to end at once)\n", stderr);
    cancellation.request();
    sigwait(&stopping, &signal);
    std::_Exit(kInterrupted);
  }).detach();
}

}  // namespace dlt::cli
