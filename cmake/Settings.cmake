# SPDX-License-Identifier: Apache-2.0
# Warnings, sanitizers and the linker, for the project's own targets only.
add_library(dltpp_settings INTERFACE)

target_compile_options(
  dltpp_settings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
            -Woverloaded-virtual $<$<BOOL:${DLTPP_WERROR}>:-Werror>
)

# GCC 12 warns of overlapping copies in std::string's own operator+ when it optimizes (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(dltpp_settings INTERFACE -Wno-restrict)
endif()

# In a unity build every file's anonymous namespace counts as a header's.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_UNITY_BUILD)
  target_compile_options(dltpp_settings INTERFACE -Wno-subobject-linkage)
endif()

if(DLTPP_SANITIZE)
  # Not vptr: it needs a free file descriptor, which a test takes away.
  target_compile_options(
    dltpp_settings INTERFACE -fsanitize=${DLTPP_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer
                             -fno-sanitize-recover=all
  )
  target_link_options(dltpp_settings INTERFACE -fsanitize=${DLTPP_SANITIZE})
endif()

find_program(DLTPP_MOLD mold)
if(DLTPP_MOLD AND PROJECT_IS_TOP_LEVEL)
  target_link_options(dltpp_settings INTERFACE -fuse-ld=mold)
endif()

find_program(DLTPP_CCACHE ccache)
if(DLTPP_CCACHE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${DLTPP_CCACHE}")
endif()

set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
