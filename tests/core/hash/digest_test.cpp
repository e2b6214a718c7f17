// SPDX-License-Identifier: Apache-2.0
#include "core/hash/digest.hpp"

#include <array>
#include <string>
#include <utility>

#include <dlt/error.hpp>
#include <gtest/gtest.h>

namespace dlt {
namespace {

TEST(Digest128, IsShake128InBase64WithoutPadding) {
  EXPECT_EQ(digest128(""), "f5wrpOiPgn1hYEVQdgWF");
  EXPECT_EQ(digest128("a"), "hcjeiNKIZr8IaAkLOWEW");
  EXPECT_EQ(digest128("żółć"), "LXop7jWcQ4QikYV0/EQl");
  EXPECT_EQ(digest128("a", 4), "hcjeiA");
  EXPECT_EQ(digest128("a", 10), "hcjeiNKIZr8IaA");
  EXPECT_EQ(digest128("a", 0), "");
}

TEST(Digest256, IsSha3InBase64WithPadding) {
  EXPECT_EQ(digest256(""), "p//G+L8e12ZRwUdWoGHWYvWA/03kO0n6gtgKS4D4Q0o=");
  EXPECT_EQ(digest256("a"), "gAhL8vugJHVyb+ssqy2CFeqxS8a92L+yyBUSVwMuzYs=");
}

TEST(Sha3, PiecesAndWholeAreTheSame) {
  Sha3 digest;
  for (int round = 0; round < 2; ++round) {
    digest.update("hello").update("").update(" wor").update("ld");
    EXPECT_EQ(digest.base64(), "ZEvMflZDcwQJmarInnYi88px+6HZcv2Uoxw7+/JOOTg=") << "round " << round;
  }
}

TEST(Digest, GoesOnAfterAMove) {
  Digest first("SHAKE128");
  first.update("hello ");
  Digest second = std::move(first);
  std::array<unsigned char, 3> bytes{};
  second.update("world").finish(bytes.data(), bytes.size());
  EXPECT_EQ(bytes, (std::array<unsigned char, 3>{0x3a, 0x91, 0x59}));
}

ErrorCode code_of(void (*call)()) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::kNotFound;
}

TEST(Digest, RefusesWhatOpensslCannotDo) {
  EXPECT_EQ(code_of([] { Digest("NO-SUCH-DIGEST"); }), ErrorCode::kInternal);
  EXPECT_EQ(code_of([] {
              std::array<unsigned char, 16> bytes;
              Digest("SHA3-256").update("a").finish(bytes.data(), bytes.size());
            }),
            ErrorCode::kInternal);
}

}  // namespace
}  // namespace dlt
