/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>
#include <gst/ssio/cuda/gstssiocudacontext.h>
#include <gst/ssio/cuda/gstssiocudamemory.h>
#include <gst/ssio/cuda/gstssiocudastream.h>
#include <gst/ssio/gstssiolayout.h>
#include <gst/ssio/gstssiobatchmeta.h>
#include <gst/ssio/gstssioepoch.h>
#include <gst/ssio/gstssiofiles.h>
#include <gst/ssio/gstssioiomode.h>
#include <gst/ssio/gstssiopointfile.h>
#include <gst/ssio/gstssiostate.h>
