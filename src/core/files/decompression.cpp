// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "core/files/byte_source.hpp"

namespace dlt {
namespace {

constexpr std::size_t kInputBytes = std::size_t{256} << 10;
constexpr std::size_t kMagicBytes = 4;

/// What was read from the compressed source and not used yet.
class Input {
 public:
  explicit Input(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), buffer_(std::make_unique_for_overwrite<char[]>(kInputBytes)) {}

  std::string_view left() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void use(std::size_t count) { begin_ += count; }
  /// Reads more when nothing is left; false at the end.
  bool refill() {
    if (begin_ < end_) return true;
    begin_ = 0;
    end_ = source_->read(buffer_.get(), kInputBytes);
    return end_ > 0;
  }
  /// Reads until `count` bytes are there, or the end.
  void gather(std::size_t count) {
    while (end_ - begin_ < count) {
      const std::size_t got = source_->read(buffer_.get() + end_, kInputBytes - end_);
      if (got == 0) return;
      end_ += got;
    }
  }
  /// Bytes used so far.
  std::uint64_t offset() const { return source_->position() - (end_ - begin_); }
  ByteSource& source() { return *source_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class DecodedSource : public ByteSource {
 public:
  explicit DecodedSource(Input input) : input_(std::move(input)) {}

  std::size_t read(char* into, std::size_t capacity) final {
    const std::size_t got = capacity == 0 ? 0 : decode(into, capacity);
    position_ += got;
    return got;
  }
  const std::string& name() const final { return name_; }
  std::uint64_t position() const final { return position_; }

 protected:
  /// At least one byte, or 0 at the end.
  virtual std::size_t decode(char* into, std::size_t capacity) = 0;

  Error damaged(std::string_view format, std::string_view reason, std::string hint = {}) {
    Error error(ErrorCode::kIo,
                fmt::format("the {} data in '{}' are damaged at compressed byte {}: {}", format,
                            name(), input_.offset(), reason),
                std::move(hint));
    error.add({.file = name()});
    return error;
  }
  Error cut_short(std::string_view format) {
    Error error(ErrorCode::kIo,
                fmt::format("the {} data in '{}' are cut short: they end at compressed byte {}",
                            format, name(), input_.offset()),
                "the file was not copied or written to its end");
    error.add({.file = name()});
    return error;
  }

  Input input_;

 private:
  std::string name_ = input_.source().name();
  std::uint64_t position_ = 0;
};

class PlainSource final : public DecodedSource {
 public:
  using DecodedSource::DecodedSource;

 private:
  std::size_t decode(char* into, std::size_t capacity) override {
    const std::string_view first = input_.left();
    if (first.empty()) return input_.source().read(into, capacity);
    const std::size_t count = std::min(capacity, first.size());
    std::memcpy(into, first.data(), count);
    input_.use(count);
    return count;
  }
};

class GzipSource final : public DecodedSource {
 public:
  explicit GzipSource(Input input) : DecodedSource(std::move(input)) {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }

 private:
  std::size_t decode(char* into, std::size_t capacity) override {
    while (true) {
      if (!input_.refill()) {
        if (within_member_) throw cut_short("gzip");
        return 0;
      }
      if (!within_member_ && !start_member()) continue;
      const std::string_view compressed = input_.left();
      // zlib counts in 32 bits.
      const uInt room = static_cast<uInt>(std::min(capacity, std::size_t{1} << 30));
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
      stream_.avail_in = static_cast<uInt>(compressed.size());
      stream_.next_out = reinterpret_cast<Bytef*>(into);
      stream_.avail_out = room;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      input_.use(compressed.size() - stream_.avail_in);
      if (result == Z_STREAM_END) {
        within_member_ = false;
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        throw damaged("gzip", stream_.msg != nullptr ? stream_.msg : "not a gzip stream");
      }
      if (stream_.avail_out < room) return room - stream_.avail_out;
    }
  }

  /// False when only padding was there: tapes and some programs fill up with zeros.
  bool start_member() {
    const std::string_view rest = input_.left();
    if (member_seen_) {
      const std::size_t zeros = std::min(rest.find_first_not_of('\0'), rest.size());
      padded_ = padded_ || zeros > 0;
      input_.use(zeros);
      if (zeros == rest.size()) return false;
      if (padded_ || rest[zeros] != '\x1f')
        throw damaged("gzip", "something else follows the end of the gzip data");
      inflateReset(&stream_);
    }
    member_seen_ = true;
    within_member_ = true;
    return true;
  }

  z_stream stream_ = {};
  bool within_member_ = false;
  bool member_seen_ = false;
  bool padded_ = false;
};

class ZstdSource final : public DecodedSource {
 public:
  explicit ZstdSource(Input input) : DecodedSource(std::move(input)) {
    if (!stream_) throw std::bad_alloc();
  }

 private:
  std::size_t decode(char* into, std::size_t capacity) override {
    while (true) {
      if (!input_.refill()) {
        if (within_frame_) throw cut_short("zstd");
        return 0;
      }
      const std::string_view compressed = input_.left();
      ZSTD_inBuffer in = {compressed.data(), compressed.size(), 0};
      ZSTD_outBuffer out = {into, capacity, 0};
      const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in);
      input_.use(in.pos);
      if (ZSTD_isError(result)) throw refused(result);
      within_frame_ = result != 0;
      if (out.pos > 0) return out.pos;
    }
  }

  Error refused(std::size_t result) {
    switch (ZSTD_getErrorCode(result)) {
      case ZSTD_error_memory_allocation:
        throw std::bad_alloc();
      case ZSTD_error_prefix_unknown:
        return damaged("zstd", "something else follows the end of the zstd data");
      case ZSTD_error_frameParameter_windowTooLarge:
        return damaged("zstd", "the window is larger than 128 MiB",
                       "it was compressed with --long: decompress it with 'zstd -d --long=31' and "
                       "read the result");
      default:
        return damaged("zstd", ZSTD_getErrorName(result));
    }
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool within_frame_ = false;
};

bool is_gzip(std::string_view magic) { return magic.starts_with("\x1f\x8b"); }

// A frame, or a skippable frame, with which parallel compressors begin.
bool is_zstd(std::string_view magic) {
  return magic.starts_with("\x28\xb5\x2f\xfd") ||
         (magic.size() == kMagicBytes && (magic[0] & 0xf0) == 0x50 &&
          magic.substr(1) == "\x2a\x4d\x18");
}

}  // namespace

std::unique_ptr<ByteSource> decompressing_source(std::unique_ptr<ByteSource> compressed) {
  Input input(std::move(compressed));
  input.gather(kMagicBytes);
  const std::string_view magic = input.left().substr(0, kMagicBytes);
  if (is_gzip(magic)) return std::make_unique<GzipSource>(std::move(input));
  if (is_zstd(magic)) return std::make_unique<ZstdSource>(std::move(input));
  return std::make_unique<PlainSource>(std::move(input));
}

}  // namespace dlt
