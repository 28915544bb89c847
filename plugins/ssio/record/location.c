/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "location.h"

#define MAX_WIDTH 19

/* The end of a pattern that starts at percent, or NULL. */
static const gchar *
find_end (const gchar *percent)
{
  const gchar *at = percent + 1;

  while (g_ascii_isdigit (*at))
    at++;
  return *at == 'd' ? at + 1 : NULL;
}

/* The first pattern from text on, or NULL. Any other % is part of a name. */
static const gchar *
find_pattern (const gchar *text, const gchar **end)
{
  while ((text = strchr (text, '%'))) {
    *end = find_end (text);
    if (*end)
      return text;
    text++;
  }
  return NULL;
}

static gboolean
fail (GError **error, const gchar *text)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "location=%s: expected one number at most, %%d or with up to %d digits, "
      "in the file's name (sweep-%%05d.bin)",
      text, MAX_WIDTH);
  return FALSE;
}

gboolean
gst_ssio_record_location_parse (GstSsioRecordLocation *location,
    const gchar *text, GError **error)
{
  const gchar *start, *end, *ignored;

  *location = (GstSsioRecordLocation){ NULL };
  if (!text || !*text) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no file to write: set the location property");
    return FALSE;
  }
  if (g_str_has_suffix (text, "/")) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "location=%s: is a folder: expected the name of a file; add one, as in "
        "%ssweep.bin",
        text, text);
    return FALSE;
  }
  start = find_pattern (text, &end);
  if (start
      && (strchr (end, '/') || find_pattern (end, &ignored)
          || g_ascii_strtoull (start + 1, NULL, 10) > MAX_WIDTH))
    return fail (error, text);
  location->text = g_strdup (text);
  if (start) {
    location->start = start - text;
    location->end = end - text;
  }
  return TRUE;
}

void
gst_ssio_record_location_clear (GstSsioRecordLocation *location)
{
  g_clear_pointer (&location->text, g_free);
}

gboolean
gst_ssio_record_location_has_pattern (const GstSsioRecordLocation *location)
{
  return location->end > 0;
}

gchar *
gst_ssio_record_location_get_path (const GstSsioRecordLocation *location,
    guint index)
{
  const gchar *digits = location->text + location->start + 1;
  guint width;

  if (!gst_ssio_record_location_has_pattern (location))
    return g_strdup (location->text);
  width = g_ascii_strtoull (digits, NULL, 10);
  return g_strdup_printf (*digits == '0' ? "%.*s%0*u%s" : "%.*s%*u%s",
      (gint) location->start, location->text, (gint) width, index,
      location->text + location->end);
}
