// SPDX-License-Identifier: Apache-2.0
#include "cli/standard_input.hpp"

#include <filesystem>

#include <poll.h>
#include <unistd.h>

namespace dlt::cli {
namespace {

class StandardInput final : public ByteSource {
 public:
  explicit StandardInput(CancellationToken cancellation) : cancellation_(std::move(cancellation)) {}

  std::size_t read(char* into, std::size_t capacity) override {
    constexpr int kMilliseconds = 100;
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    while (::poll(&input, 1, kMilliseconds) == 0) cancellation_.throw_if_requested();
    cancellation_.throw_if_requested();
    return input_->read(into, capacity);
  }
  const std::string& name() const override { return input_->name(); }
  std::uint64_t position() const override { return input_->position(); }

 private:
  CancellationToken cancellation_;
  std::unique_ptr<ByteSource> input_ = descriptor_source(STDIN_FILENO, "<stdin>");
};

}  // namespace

bool is_stream(const std::string& source) {
  if (source == "-") return true;
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(source, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

std::unique_ptr<ByteSource> standard_input(const CancellationToken& cancellation) {
  return decompressing_source(std::make_unique<StandardInput>(cancellation));
}

}  // namespace dlt::cli
