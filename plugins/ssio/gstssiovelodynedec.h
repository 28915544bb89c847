/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_VELODYNE_DEC (gst_ssio_velodyne_dec_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioVelodyneDec, gst_ssio_velodyne_dec, GST,
    SSIO_VELODYNE_DEC, GstElement)

G_END_DECLS
