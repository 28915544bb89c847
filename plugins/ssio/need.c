/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "need.h"

#define NAME "ssio-need"
#define FIELD "bytes"

GstEvent *
gst_ssio_event_new_need (gboolean are_needed)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
      gst_structure_new (NAME, FIELD, G_TYPE_BOOLEAN, are_needed, NULL));
}

gboolean
gst_ssio_event_parse_need (GstEvent *event, gboolean *are_needed)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM
         && gst_event_has_name (event, NAME)
         && gst_structure_get_boolean (gst_event_get_structure (event), FIELD,
             are_needed);
}
