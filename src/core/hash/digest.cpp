// SPDX-License-Identifier: Apache-2.0
#include "core/hash/digest.hpp"

#include <dlt/error.hpp>
#include <fmt/core.h>
#include <openssl/evp.h>

#include "core/hash/base64.hpp"

namespace dlt {
namespace {

void require(bool done, std::string_view what) {
  if (!done) throw Error(ErrorCode::kInternal, fmt::format("OpenSSL refused: {}", what));
}

std::string finish_base64(Digest& digest, std::size_t bytes, Base64Padding padding) {
  std::string raw(bytes, '\0');
  digest.finish(reinterpret_cast<unsigned char*>(raw.data()), raw.size());
  return base64_encode(raw, padding);
}

}  // namespace

struct Digest::Impl {
  struct Free {
    void operator()(EVP_MD* owned) const { EVP_MD_free(owned); }
    void operator()(EVP_MD_CTX* owned) const { EVP_MD_CTX_free(owned); }
  };

  explicit Impl(const char* name)
      : algorithm(EVP_MD_fetch(nullptr, name, nullptr)), context(EVP_MD_CTX_new()) {
    require(algorithm != nullptr && context != nullptr, fmt::format("digest '{}'", name));
    start();
  }

  void start() {
    require(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1, "starting a digest");
  }

  std::unique_ptr<EVP_MD, Free> algorithm;
  std::unique_ptr<EVP_MD_CTX, Free> context;
};

Digest::Digest(const char* algorithm) : impl_(std::make_unique<Impl>(algorithm)) {}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

Digest& Digest::update(std::string_view bytes) {
  require(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1,
          "feeding a digest");
  return *this;
}

void Digest::finish(unsigned char* out, std::size_t bytes) {
  EVP_MD_CTX* const context = impl_->context.get();
  if ((EVP_MD_get_flags(impl_->algorithm.get()) & EVP_MD_FLAG_XOF) != 0) {
    require(EVP_DigestFinalXOF(context, out, bytes) == 1, "finishing a digest");
  } else {
    require(static_cast<std::size_t>(EVP_MD_get_size(impl_->algorithm.get())) == bytes,
            fmt::format("a digest of {} bytes", bytes));
    require(EVP_DigestFinal_ex(context, out, nullptr) == 1, "finishing a digest");
  }
  impl_->start();
}

std::string digest128(std::string_view text, std::size_t bytes) {
  thread_local Digest shake("SHAKE128");
  return finish_base64(shake.update(text), bytes, Base64Padding::kNo);
}

std::string digest256(std::string_view text) { return Sha3().update(text).base64(); }

Sha3& Sha3::update(std::string_view text) {
  digest_.update(text);
  return *this;
}

std::string Sha3::base64() { return finish_base64(digest_, 32, Base64Padding::kYes); }

}  // namespace dlt
