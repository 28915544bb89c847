/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "libs/lascheck.h"

#define ONE_AND_A_HALF G_GUINT64_CONSTANT (0x3ff8000000000000)

void
las_put (GByteArray *las, guint at, guint size, guint64 value)
{
  value = GUINT64_TO_LE (value);
  fail_unless (at + size <= las->len);
  memcpy (las->data + at, &value, size);
}

GByteArray *
las_new (guint minor)
{
  static const guint header_sizes[] = { 227, 227, 227, 235, 375 };
  GByteArray *las = g_byte_array_new ();
  guint i;

  g_byte_array_set_size (las, header_sizes[minor] + LAS_N_POINTS * 28);
  memset (las->data, 0, las->len);
  memcpy (las->data, "LASF", 4);
  las_put (las, 24, 1, 1);
  las_put (las, 25, 1, minor);
  las_put (las, 94, 2, header_sizes[minor]);
  las_put (las, 96, 4, header_sizes[minor]);
  las_put (las, 104, 1, 1);
  las_put (las, 105, 2, 28);
  las_put (las, 107, 4, LAS_N_POINTS);
  for (i = 0; i < 3; i++)
    las_put (las, 131 + 8 * i, 8, ONE_AND_A_HALF);
  if (minor == 4)
    las_put (las, 247, 8, LAS_N_POINTS);
  return las;
}

void
las_add_vlr (GByteArray *las, const gchar *user_id, guint record_id,
    guint size)
{
  guint start = GST_READ_UINT32_LE (las->data + 96);
  guint length = las->len;

  g_byte_array_set_size (las, length + 54 + size);
  memmove (las->data + start + 54 + size, las->data + start, length - start);
  memset (las->data + start, 0, 54 + size);
  memcpy (las->data + start + 2, user_id, strlen (user_id));
  las_put (las, start + 18, 2, record_id);
  las_put (las, start + 20, 2, size);
  las_put (las, 96, 4, start + 54 + size);
  las_put (las, 100, 4, GST_READ_UINT32_LE (las->data + 100) + 1);
}

GByteArray *
las_new_with_extra_bytes (guint n_descriptors)
{
  GByteArray *las = las_new (2);
  guint i;

  g_byte_array_set_size (las, las->len + 4 * LAS_N_POINTS);
  las_put (las, 105, 2, 32);
  las_add_vlr (las, "LASF_Spec", 4, 192 * n_descriptors);
  for (i = 0; i < n_descriptors; i++) {
    las->data[281 + 192 * i + 2] = 1;
    las->data[281 + 192 * i + 4] = 'a' + i;
  }
  return las;
}

GByteArray *
las_new_with_evlr (void)
{
  GByteArray *las = las_new (4);
  guint end = las->len;

  g_byte_array_set_size (las, end + 68);
  memset (las->data + end, 0, 68);
  las_put (las, end + 20, 8, 8);
  las_put (las, 235, 8, end);
  las_put (las, 243, 4, 1);
  return las;
}

gboolean
las_read (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  GByteArray *las = user_data;

  errno = 0;
  if (offset > las->len || size > las->len - offset)
    return FALSE;
  memcpy (bytes, las->data + offset, size);
  return TRUE;
}

gboolean
las_parse (GByteArray *las, const GstSsioLayout *layout,
    GstSsioFormatInfo *info, GError **error)
{
  /* ends where the file does, so that reading on is seen */
  guint8 *bytes = g_memdup2 (las->data, las->len);
  GstSsioFormatInput input = {
    .path = "x.las",
    .bytes = bytes,
    .n_bytes = las->len,
    .file_size = las->len,
    .layout = layout,
    .read = las_read,
    .read_data = las,
  };
  gboolean ok;

  memset (info, 0, sizeof (*info));
  ok = gst_ssio_format_parse (&input, info, error);
  g_free (bytes);
  return ok;
}
