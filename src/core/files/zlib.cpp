// SPDX-License-Identifier: Apache-2.0
#include "core/files/zlib.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include <fmt/format.h>
#include <zlib.h>

#include "core/hash/base64.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;

// zlib counts the bytes of a call in an unsigned int.
uInt next_piece(std::size_t left) {
  return static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
}

Bytef* input_of(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

class Inflater {
 public:
  Inflater() {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

std::string zlib_compress(std::string_view bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string compressed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(compressed.data()), &size, input_of(bytes),
                static_cast<uLong>(bytes.size()), Z_BEST_COMPRESSION) != Z_OK) {
    throw std::bad_alloc();
  }
  compressed.resize(size);
  return compressed;
}

std::optional<std::string> zlib_decompress(std::string_view bytes, std::size_t max_bytes) {
  Inflater inflater;
  z_stream& stream = inflater.stream();
  std::array<char, kBlock> block;
  std::string inflated;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      stream.next_in = input_of(bytes);
      stream.avail_in = next_piece(bytes.size());
      bytes.remove_prefix(stream.avail_in);
    }
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    result = inflate(&stream, Z_NO_FLUSH);
    // Z_BUF_ERROR: more input is needed and there is none.
    if (result != Z_OK && result != Z_STREAM_END) return {};
    inflated.append(block.data(), block.size() - stream.avail_out);
    if (inflated.size() > max_bytes) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("a packed text is longer than {} bytes when unpacked", max_bytes));
    }
  }
  if (stream.avail_in != 0 || !bytes.empty()) return {};
  return inflated;
}

std::string pack_text(std::string_view text) { return base64_encode(zlib_compress(text)); }

std::optional<std::string> unpack_text(std::string_view packed, std::size_t max_bytes) {
  const std::optional<std::string> compressed = base64_decode(packed);
  if (!compressed) return {};
  return zlib_decompress(*compressed, max_bytes);
}

}  // namespace dlt
