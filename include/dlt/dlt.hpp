// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything of dlt++.
#include <dlt/cancellation.hpp>
#include <dlt/data_type.hpp>
#include <dlt/error.hpp>
#include <dlt/incremental.hpp>
#include <dlt/json.hpp>
#include <dlt/load_info.hpp>
#include <dlt/naming.hpp>
#include <dlt/pipeline.hpp>
#include <dlt/progress.hpp>
#include <dlt/resource.hpp>
#include <dlt/schema.hpp>
#include <dlt/values.hpp>
