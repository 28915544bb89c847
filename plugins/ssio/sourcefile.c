/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "sourcefile.h"

void
gst_ssio_source_file_note (GstSsioPointFile **file, GstBuffer *buffer)
{
  GstSsioPointFile *found = NULL;

  if (gst_buffer_n_memory (buffer) > 0)
    found
        = gst_ssio_memory_get_point_file (gst_buffer_peek_memory (buffer, 0));
  if (found == *file)
    return;
  g_clear_pointer (file, gst_ssio_point_file_unref);
  if (found)
    *file = gst_ssio_point_file_ref (found);
}

gboolean
gst_ssio_source_file_is_intact (GstSsioPointFile *file, GError **error)
{
  if (!file || !gst_ssio_point_file_is_damaged (file))
    return TRUE;
  if (!gst_ssio_point_file_tell_damage (file))
    gst_ssio_point_file_check (file, error);
  return FALSE;
}
