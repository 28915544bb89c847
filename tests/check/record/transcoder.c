/* SPDX-License-Identifier: MIT */
/* Fields that move to other places and types, or would lose something. */

#include <math.h>
#include <string.h>

#include "record/transcoder.h"
#include "ssiocheck.h"

#define N_POINTS 5

static GstSsioLayout *
parse (const gchar *text)
{
  GError *error = NULL;
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text, 0, &error);

  fail_unless (layout != NULL, "%s", error ? error->message : "");
  return layout;
}

static GstSsioTranscoder *
make (const GstSsioLayout *from, const GstSsioLayout *to)
{
  GstSsioTranscoder *transcoder
      = gst_ssio_transcoder_new (gst_ssio_layout_get_point_size (from),
          gst_ssio_layout_get_point_size (to));
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (from); i++)
    gst_ssio_transcoder_add (transcoder, gst_ssio_layout_get_field (from, i),
        gst_ssio_layout_get_field (to, i));
  return transcoder;
}

/* A point of from becomes one of to, byte by byte; or, where record is NULL,
 * is an error. */
static void
check (const gchar *from_text, gconstpointer point, const gchar *to_text,
    gconstpointer record)
{
  GstSsioLayout *from = parse (from_text);
  GstSsioLayout *to = parse (to_text);
  GstSsioTranscoder *transcoder = make (from, to);
  guint size = gst_ssio_layout_get_point_size (from);
  guint record_size = gst_ssio_layout_get_point_size (to);
  guint8 *points = g_malloc0 (N_POINTS * size);
  guint8 *records = g_malloc (N_POINTS * record_size);
  GError *error = NULL;
  gboolean ok;

  /* it is the last one */
  memcpy (points + (N_POINTS - 1) * size, point, size);
  ok = gst_ssio_transcoder_run (transcoder, points, N_POINTS, records, 100,
      &error);
  fail_unless_equals_int (ok, record != NULL);
  if (record)
    fail_unless (memcmp (records + (N_POINTS - 1) * record_size, record,
                     record_size)
                 == 0);
  else
    ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "of point 104 would be lost");
  g_free (records);
  g_free (points);
  gst_ssio_transcoder_free (transcoder);
  gst_ssio_layout_unref (to);
  gst_ssio_layout_unref (from);
}

GST_START_TEST (bytes_move_as_they_are)
{
  check ("a:u1,b:u2,c:f4,d:f8", "123456789012345",
      "a:u1@14,b:u2@12,c:f4@8,d:f8@0", "890123454567231");
}
GST_END_TEST;

GST_START_TEST (integers_change_their_size_where_they_fit)
{
  check ("a:u1,b:i1", "\xff\xff", "a:i4,b:i4", "\xff\0\0\0\xff\xff\xff\xff");
  check ("a:i4", "\xff\x7f\0\0", "a:i2", "\xff\x7f");
  check ("a:i4", "\0\x80\xff\xff", "a:i2", "\0\x80");
  check ("a:i4", "\0\x80\0\0", "a:i2", NULL);
  check ("a:i4", "\xff\x7f\xff\xff", "a:i2", NULL);
  check ("a:i1", "\xff", "a:u2", NULL);
  check ("a:u8", "\0\0\0\0\0\0\0\x80", "a:i4", NULL);
  check ("a:u8", "\xff\xff\xff\xff\xff\xff\xff\xff", "a:i4", NULL);
  check ("a:i8&18446744073709551615", "\xff\xff\xff\xff\xff\xff\xff\xff",
      "a:i4", NULL);
}
GST_END_TEST;

GST_START_TEST (bits_move_where_they_fit)
{
  check ("a:u1&7,b:u1@0&56>>3", "\x2b", "a:u1&15,b:u1@0&240>>4", "\x53");
  check ("a:u2&4080>>4,b:u1", "\xb0\x0a\x05", "a:u1,b:u1&15", "\xab\x05");
  check ("a:u1", "\x10", "a:u1&15", NULL);
  check ("a:u8&1152921504606846975", "\x01\0\0\0\0\0\0\xff", "a:u8",
      "\x01\0\0\0\0\0\0\x0f");
  check ("a:u8&1152921504606846960>>4", "\xf1\xff\xff\xff\xff\xff\xff\xff",
      "a:u8", "\xff\xff\xff\xff\xff\xff\xff\0");
}
GST_END_TEST;

static void
check_scaled (gdouble value, const gchar *to, gint32 expected)
{
  check ("a:f8", &value, to, &expected);
}

static void
check_lost (gdouble value, const gchar *to)
{
  check ("a:f8", &value, to, NULL);
}

GST_START_TEST (values_become_scaled_integers_where_they_come_back)
{
  gfloat single = 0.57f;
  gint32 stored = 57;

  check_scaled (0.57, "a:i4*0.01", 57);
  check_scaled (-123456.789, "a:i4*0.001", -123456789);
  check_scaled (480000.123, "a:i4*0.001+480000", 123);
  check_scaled (7, "a:u4", 7);
  check ("a:f4", &single, "a:i4*0.01", &stored);
  check_lost (0.575, "a:i4*0.01");
  check_lost (3e6, "a:i4*0.001");
  check_lost (NAN, "a:i4*0.001");
  check_lost (-INFINITY, "a:i4*0.001");
  check_lost (-1, "a:u4");
}
GST_END_TEST;

GST_START_TEST (doubles_hold_all_but_long_integers)
{
  gdouble value = 16777217;
  gint32 number = 16777217;
  gint64 exact = G_GINT64_CONSTANT (1) << 53;
  gint64 inexact = exact + 3;
  gdouble large = exact;

  check ("a:i4", &number, "a:f8", &value);
  check ("a:i8", &exact, "a:f8", &large);
  check ("a:i8", &inexact, "a:f8", NULL);
}
GST_END_TEST;

static void
check_copy (const gchar *from_text, const gchar *to_text, gboolean expected)
{
  GstSsioLayout *from = parse (from_text);
  GstSsioLayout *to = parse (to_text);
  GstSsioTranscoder *transcoder = make (from, to);

  fail_unless_equals_int (gst_ssio_transcoder_is_copy (transcoder), expected);
  gst_ssio_transcoder_free (transcoder);
  gst_ssio_layout_unref (to);
  gst_ssio_layout_unref (from);
}

GST_START_TEST (records_that_stay_are_copies)
{
  check_copy ("a:u1,b:f4", "a:u1,b:f4", TRUE);
  check_copy ("a:u1&7,b:u1@0&8>>3", "a:u1&7,b:u1@0&8>>3", TRUE);
  check_copy ("a:u1,b:f4", "a:u1,b:f4@2", FALSE);
  check_copy ("a:u1&7", "a:u1&15", FALSE);
  check_copy ("a:i4*0.5", "a:i4", FALSE);
}
GST_END_TEST;

static Suite *
transcoder_suite (void)
{
  Suite *suite = suite_create ("transcoder");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, bytes_move_as_they_are);
  tcase_add_test (tcase, integers_change_their_size_where_they_fit);
  tcase_add_test (tcase, bits_move_where_they_fit);
  tcase_add_test (tcase, values_become_scaled_integers_where_they_come_back);
  tcase_add_test (tcase, doubles_hold_all_but_long_integers);
  tcase_add_test (tcase, records_that_stay_are_copies);
  return suite;
}

SSIO_CHECK_MAIN (transcoder)
