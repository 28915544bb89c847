/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../gstssiolayout.h"
#include "presets.h"

#define XYZI "x:f4,y:f4,z:f4,intensity:f4"

static const struct {
  const gchar *name;
  const gchar *layout;
} presets[] = {
  { "dales", GST_SSIO_DEFAULT_LAYOUT },
  { "kitti", XYZI },
  { "nuscenes", XYZI ",ring:f4" },
  { "semantickitti", XYZI },
};

const gchar *
gst_ssio_preset_find (const gchar *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (presets); i++) {
    if (g_str_equal (name, presets[i].name))
      return presets[i].layout;
  }
  return NULL;
}
