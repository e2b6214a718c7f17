// SPDX-License-Identifier: Apache-2.0
#include "core/files/byte_source.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"

namespace dlt {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

std::string drain(ByteSource& source, std::size_t step = 1000) {
  std::string text;
  std::string part(step, '\0');
  while (const std::size_t got = source.read(part.data(), part.size())) text.append(part, 0, got);
  EXPECT_EQ(source.position(), text.size());
  return text;
}

std::string sample(std::size_t lines) {
  std::mt19937_64 random(lines);
  std::string text;
  for (std::size_t line = 0; line < lines; ++line)
    text += fmt::format("{{\"id\": {}, \"n\": {}}}\n", line, random() % 1000);
  return text;
}

std::string gzip(std::string_view text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(std::string_view text) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(
      ZSTD_compress2(context.get(), packed.data(), packed.size(), text.data(), text.size()));
  return packed;
}

/// Hands out `step` bytes at a time, as a slow network would.
class Dribble final : public ByteSource {
 public:
  Dribble(std::string bytes, std::size_t step)
      : source_(memory_source(std::move(bytes), "dribble")), step_(step) {}
  std::size_t read(char* into, std::size_t capacity) override {
    return source_->read(into, std::min(capacity, step_));
  }
  const std::string& name() const override { return source_->name(); }
  std::uint64_t position() const override { return source_->position(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::size_t step_;
};

std::string decompressed(std::string bytes) {
  return drain(*decompressing_source(memory_source(std::move(bytes), "data.bin")));
}

Error refusal(std::string bytes) {
  return thrown_by([&] { decompressed(std::move(bytes)); });
}

TEST(ByteSourceTest, ReadsAFile) {
  const TemporaryFolder folder;
  const std::string text = sample(1000);
  files::write_atomically(folder / "a", text);
  const auto source = file_source(folder / "a", files::identity(folder / "a"));
  EXPECT_EQ(source->name(), (folder / "a").native());
  EXPECT_EQ(drain(*source), text);
  EXPECT_EQ(drain(*file_source(folder / "a"), text.size()), text);
}

TEST(ByteSourceTest, ReadsMemory) {
  const auto source = memory_source("hello", "<memory>");
  EXPECT_EQ(source->name(), "<memory>");
  EXPECT_EQ(drain(*source, 2), "hello");
  char byte = 0;
  EXPECT_EQ(source->read(&byte, 1), 0u);
}

TEST(ByteSourceTest, MissingFileIsAnError) {
  EXPECT_EQ(thrown_by([] { file_source("/no/such/file"); }).message(),
            "cannot open '/no/such/file': No such file or directory");
}

TEST(ByteSourceTest, FolderIsAnError) {
  const TemporaryFolder folder;
  const auto source = file_source(folder.path());
  EXPECT_THAT(thrown_by([&] { drain(*source); }).message(), HasSubstr("Is a directory"));
}

TEST(ByteSourceTest, ReadsAPipe) {
  for (const bool blocking : {true, false}) {
    std::array<int, 2> ends = {};
    ASSERT_EQ(::pipe2(ends.data(), blocking ? 0 : O_NONBLOCK), 0);
    std::thread writer([descriptor = ends[1]] {
      File file(descriptor, "<pipe>");
      for (int part = 0; part < 3; ++part) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        file.write("part ");
      }
    });
    const auto source = descriptor_source(ends[0], "<stdin>");
    EXPECT_EQ(source->name(), "<stdin>");
    EXPECT_EQ(drain(*source), "part part part ");
    writer.join();
    EXPECT_EQ(::close(ends[0]), 0) << "the descriptor is the caller's";
  }
}

TEST(ByteSourceTest, BadDescriptorIsAnError) {
  const auto source = descriptor_source(-1, "<stdin>");
  EXPECT_EQ(thrown_by([&] { drain(*source); }).message(),
            "cannot read '<stdin>': Bad file descriptor");
}

TEST(ByteSourceTest, NamedPipeIsNotCompared) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::thread writer([&] { File(folder / "pipe", OpenMode::kCreateOrAppend).write("hello"); });
  EXPECT_EQ(drain(*file_source(folder / "pipe")), "hello");
  writer.join();
}

struct Change {
  const char* name;
  std::function<void(const std::filesystem::path&)> action;
  const char* message;
};

void set_time(const std::filesystem::path& path) {
  const std::array<timespec, 2> times = {timespec{1000, 0}, timespec{1000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

const auto kChanges = testing::Values(
    Change{"Grows", [](const auto& path) { File(path, OpenMode::kCreateOrAppend).write("more"); },
           "expected 100 bytes, found 104"},
    Change{"Shrinks", [](const auto& path) { ASSERT_EQ(::truncate(path.c_str(), 60), 0); },
           "expected 100 bytes, found 60"},
    Change{"Rewritten", set_time, "its time of modification is another"});

class ChangeTest : public testing::TestWithParam<Change> {};

TEST_P(ChangeTest, WhileReadingIsAnError) {
  const TemporaryFolder folder;
  const auto path = folder / "a";
  files::write_atomically(path, std::string(100, 'x'));
  const auto source = file_source(path);
  std::string part(50, '\0');
  ASSERT_EQ(source->read(part.data(), part.size()), 50u);
  GetParam().action(path);
  const Error error = thrown_by([&] {
    while (source->read(part.data(), part.size()) > 0) continue;
  });
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_EQ(error.message(), fmt::format("the file '{}' was changed while it was read: {}",
                                         path.native(), GetParam().message));
  EXPECT_EQ(error.context().file, path.native());
  EXPECT_FALSE(error.hint().empty());
}

TEST_P(ChangeTest, SinceItWasNotedIsAnError) {
  const TemporaryFolder folder;
  const auto path = folder / "a";
  files::write_atomically(path, std::string(100, 'x'));
  const FileIdentity noted = files::identity(path);
  GetParam().action(path);
  EXPECT_EQ(thrown_by([&] { file_source(path, noted); }).message(),
            fmt::format("the file '{}' was changed before it was read: {}", path.native(),
                        GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(Files, ChangeTest, kChanges,
                         [](const auto& test) { return test.param.name; });

TEST(ByteSourceTest, ReplacedFileIsAnError) {
  const TemporaryFolder folder;
  files::write_atomically(folder / "a", "one");
  files::write_atomically(folder / "b", "two");
  const FileIdentity noted = files::identity(folder / "a");
  files::rename(folder / "b", folder / "a");
  EXPECT_THAT(thrown_by([&] { file_source(folder / "a", noted); }).message(),
              HasSubstr("another file has taken its place"));
}

TEST(DecompressionTest, LeavesOtherContentAlone) {
  for (const std::string& text :
       {""s, "a"s, "ab"s, "abcd"s, "{\"a\": 1}\n"s, sample(20000), "\x1f"s, "\x28\xb5\x2f"s}) {
    EXPECT_EQ(decompressed(text), text);
  }
}

struct Format {
  const char* name;
  std::string (*pack)(std::string_view);
};

class FormatTest : public testing::TestWithParam<Format> {};

TEST_P(FormatTest, ReadsWhatWasPacked) {
  for (const std::size_t lines : {0, 1, 10, 50000}) {
    const std::string text = sample(lines);
    EXPECT_EQ(decompressed(GetParam().pack(text)), text) << lines;
  }
}

TEST_P(FormatTest, ReadsSeveralPiecesAsOne) {
  const std::string packed = GetParam().pack("one\n") + GetParam().pack("") +
                             GetParam().pack("two\n") + GetParam().pack(sample(1000));
  EXPECT_EQ(decompressed(packed), "one\ntwo\n" + sample(1000));
  for (const std::size_t step : {1, 2, 3, 7, 64}) {
    const auto source = decompressing_source(std::make_unique<Dribble>(packed, step));
    EXPECT_EQ(source->name(), "dribble");
    EXPECT_EQ(drain(*source, step), "one\ntwo\n" + sample(1000)) << step;
  }
}

TEST_P(FormatTest, NoticesEveryCut) {
  const std::string packed = GetParam().pack(sample(20));
  for (std::size_t size = 4; size < packed.size(); ++size) {
    const Error error = refusal(packed.substr(0, size));
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_EQ(error.message(),
              fmt::format("the {} data in 'data.bin' are cut short: they end at compressed byte {}",
                          GetParam().name, size));
    EXPECT_EQ(error.context().file, "data.bin");
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_P(FormatTest, NoticesACutInASecondPiece) {
  const std::string one = GetParam().pack("one");
  const std::string packed = one + GetParam().pack("two");
  for (std::size_t size = one.size() + 1; size < packed.size(); ++size) {
    EXPECT_THAT(refusal(packed.substr(0, size)).message(), HasSubstr("are cut short")) << size;
  }
}

TEST_P(FormatTest, FlippedBitsNeverChangeTheContent) {
  const std::string text = sample(20);
  const std::string packed = GetParam().pack(text);
  std::size_t noticed = 0;
  // The magic number decides whether it is decompressed at all.
  for (std::size_t at = 4; at < packed.size(); ++at) {
    std::string broken = packed;
    broken[at] = static_cast<char>(broken[at] ^ 0x10);
    try {
      EXPECT_EQ(decompressed(broken), text) << at;
    } catch (const Error& error) {
      ++noticed;
      EXPECT_EQ(error.code(), ErrorCode::kIo) << at;
      EXPECT_THAT(error.message(),
                  HasSubstr(fmt::format("the {} data in 'data.bin'", GetParam().name)))
          << at;
      EXPECT_THAT(error.message(), HasSubstr("compressed byte")) << at;
    }
  }
  // Some bits mean nothing: the time in a header, or one of two ways to say the same.
  EXPECT_GT(noticed, packed.size() * 9 / 10);
}

TEST_P(FormatTest, RefusesSomethingElseBehindIt) {
  const std::string packed = GetParam().pack("one\n");
  const Error error = refusal(packed + "garbage");
  EXPECT_THAT(error.message(),
              HasSubstr(fmt::format("the {} data in 'data.bin' are damaged at compressed byte",
                                    GetParam().name)));
  EXPECT_THAT(error.message(), HasSubstr("something else follows"));
}

INSTANTIATE_TEST_SUITE_P(Formats, FormatTest,
                         testing::Values(Format{"gzip", gzip}, Format{"zstd", zstd}),
                         [](const auto& test) { return test.param.name; });

TEST(DecompressionTest, GzipMayBePaddedWithZeros) {
  const std::string packed = gzip("one\n");
  EXPECT_EQ(decompressed(packed + std::string(1000, '\0')), "one\n");
  EXPECT_THAT(refusal(packed + "\0\0"s + packed).message(), HasSubstr("something else follows"));
}

TEST(DecompressionTest, ZstdMayBeginWithASkippableFrame) {
  EXPECT_EQ(decompressed("\x50\x2a\x4d\x18\x02\0\0\0xy"s + zstd("one\n")), "one\n");
  EXPECT_EQ(decompressed("\x5f\x2a\x4d\x18\0\0\0\0"s + zstd("one\n")), "one\n");
}

TEST(DecompressionTest, ZstdWindowIsBounded) {
  // A frame header that asks for a window of 256 MiB.
  const Error error = refusal("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00"s);
  EXPECT_THAT(error.message(), HasSubstr("the window is larger than 128 MiB"));
  EXPECT_THAT(error.hint(), HasSubstr("--long"));
}

TEST(DecompressionTest, ChangesOfTheFileAreNoticedThrough) {
  const TemporaryFolder folder;
  for (const auto pack : {gzip, zstd}) {
    files::write_atomically(folder / "a", pack(sample(50000)));
    const auto source = decompressing_source(file_source(folder / "a"));
    std::string part(50, '\0');
    ASSERT_EQ(source->read(part.data(), part.size()), 50u);
    set_time(folder / "a");
    EXPECT_THAT(thrown_by([&] {
                  while (source->read(part.data(), part.size()) > 0) continue;
                }).message(),
                HasSubstr("was changed while it was read"));
  }
}

}  // namespace
}  // namespace dlt
