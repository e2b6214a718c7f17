// SPDX-License-Identifier: Apache-2.0
#include "core/batch_file.hpp"
