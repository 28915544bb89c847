/* SPDX-License-Identifier: MIT */
/* What the tests have in common. */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/ssio/ssio.h>

#include "linear/model.h"

G_BEGIN_DECLS

/* As GST_CHECK_MAIN, and removes the files of the tests. */
#define SSIO_CHECK_MAIN(name) \
  int main (int argc, char **argv) \
  { \
    gint failed; \
\
    gst_check_init (&argc, &argv); \
    failed = gst_check_run_suite (name##_suite (), #name, __FILE__); \
    ssio_check_remove_files (); \
    return failed; \
  }

/* Says why a test, which calls this, leaves something out. */
#define ssio_check_skip(...) \
  G_STMT_START \
  { \
    g_print ("skipped: %s: ", __func__); \
    g_print (__VA_ARGS__); \
    g_print ("\n"); \
  } \
  G_STMT_END

/* A new file with the given bytes, in the tests' own directory; the suffix
 * ends its name. Free with g_free(). */
gchar *ssio_check_write_file (const gchar *suffix, gconstpointer bytes,
    gsize size);

/* That directory. */
const gchar *ssio_check_get_directory (void);

/* A name there without a file. */
gchar *ssio_check_make_path (const gchar *suffix);

/* Takes over folder, and removes it with the files in it. */
void ssio_check_remove_folder (gchar *folder);

/* Entries of a folder. */
guint ssio_check_count_files (const gchar *folder);

/* Removes the directory of the files above. */
void ssio_check_remove_files (void);

/* A file of n_points points of n_fields floats each; float number i of the
 * file has the value i modulo 2^20, so that every value is exact and no point
 * is like another near it. */
gchar *ssio_check_write_tile (guint64 n_points, guint n_fields);

/* That value. */
gfloat ssio_check_tile_value (guint64 index);

/* A pipeline from gst-launch-1.0's language. */
GstElement *ssio_check_launch (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* Waits for the end of the stream, or of the segment for
 * GST_MESSAGE_SEGMENT_DONE; an error fails the test. */
void ssio_check_wait (GstElement *pipeline, GstMessageType end);

/* Sets a state and waits until it is reached. */
void ssio_check_set_state (GstElement *element, GstState state);

/* Waits for the next message of types on the bus of element, which is a
 * pipeline or an element in a harness. NULL after ten seconds. */
GstMessage *ssio_check_pop (GstElement *element, GstMessageType types);

/* Runs an element or pipeline that must fail: expects one error with that
 * domain and code whose text holds all the given parts (NULL-terminated), and
 * no EOS. */
void ssio_check_error (GstElement *pipeline, GQuark domain, gint code,
    ...) G_GNUC_NULL_TERMINATED;

/* Expects an error of the library, and frees it. */
void ssio_check_gerror (GError **error, GQuark domain, gint code,
    const gchar *part);

/* Runs a Python program of the tests' oracle where there is Python with
 * NumPy; FALSE where there is none, which the caller says. Anything else that
 * goes wrong fails the test. output may be NULL. */
gboolean ssio_check_run_oracle (gchar **output, const gchar *command,
    ...) G_GNUC_NULL_TERMINATED;

/* A new safetensors file of that header, which is text, and those bytes. */
gchar *ssio_check_write_tensors (const gchar *header, gconstpointer data,
    gsize size);

/* A new safetensors file of a layer whose n outputs are its n inputs. */
gchar *ssio_check_write_identity (guint n);

/* A model of n_in inputs and of layers of these widths, as in "64,3". */
GstSsioModel *ssio_check_new_model (guint n_in, const gchar *widths);

/* The same with the weights of a safetensors file. */
GstSsioModel *ssio_check_load_model (guint n_in, const gchar *widths,
    const gchar *path);

/* How far found is from expected, as a part of its length, to which 1e-4 is
 * added for the sake of zeros. */
gdouble ssio_check_difference (const gfloat *expected, const gfloat *found,
    gsize n);

/* Kilobytes of the file that are mapped and present in this process. */
guint ssio_check_count_resident (const gchar *path);

/* Adds one to *deaths when object goes. */
void ssio_check_count_death (GstMiniObject *object, gint *deaths);

/* Expects one error on the bus of element, as ssio_check_error() does, and
 * that there is no second one. */
void ssio_check_posted_error (GstElement *element, GQuark domain, gint code,
    ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
