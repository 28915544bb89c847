/* SPDX-License-Identifier: MIT */
/* Any bytes as a sidecar; one that is good is printed, and must be read back as
 * it was. */

#include <string.h>

#include <gst/ssio/sidecar.h>

#include "fuzz.h"

#define PATH "x.bin.json"

/* json-glib 1.6 does not free what it has read of a malformed number. That is
 * for AddressSanitizer, which has to look at all of a stack to see it. */
const char *__asan_default_options (void);
const char *__lsan_default_suppressions (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions (void)
{
  return "leak:json_parser_load_from_data\n";
}

static void
check_equal (const GstSsioSidecar *a, const GstSsioSidecar *b)
{
  if (!gst_ssio_layout_is_equal (a->layout, b->layout)
      || a->has_n_points != b->has_n_points || a->n_points != b->n_points
      || a->has_origin != b->has_origin
      || memcmp (a->origin, b->origin, sizeof (a->origin)) != 0)
    g_error ("it is read back as something else");
}

static void
print_and_parse (const GstSsioSidecar *sidecar)
{
  gchar *text = gst_ssio_sidecar_print (sidecar);
  GstSsioSidecar again;
  GError *error = NULL;

  if (!gst_ssio_sidecar_parse (&again, PATH, text, strlen (text), &error)
      || !again.layout)
    g_error ("%s is not read: %s", text, error ? error->message : "");
  check_equal (sidecar, &again);
  gst_ssio_sidecar_clear (&again);
  g_free (text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  GstSsioSidecar sidecar;
  GstSsioLayout *layout;
  GError *error = NULL;

  if (!gst_ssio_sidecar_parse (&sidecar, PATH, (const gchar *) data, size,
          &error)) {
    if (!error || sidecar.layout)
      g_error ("failed without an error");
  } else if (sidecar.layout) {
    print_and_parse (&sidecar);
    gst_ssio_sidecar_check_size (&sidecar, PATH, size, NULL);
    layout = gst_ssio_sidecar_get_file_layout (&sidecar, NULL);
    g_clear_pointer (&layout, gst_ssio_layout_unref);
    gst_ssio_sidecar_clear (&sidecar);
  }
  g_clear_error (&error);
  return 0;
}
