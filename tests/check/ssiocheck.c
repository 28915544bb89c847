/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "linear/safetensors.h"
#include "ssiocheck.h"

static gchar *directory;

const gchar *
ssio_check_get_directory (void)
{
  GError *error = NULL;

  if (!directory)
    directory = g_dir_make_tmp ("ssio-check-XXXXXX", &error);
  if (!directory)
    g_error ("%s", error->message);
  return directory;
}

/* Tests that run in processes of their own share the parent's directory. */
static void __attribute__ ((constructor)) make_directory (void)
{
  ssio_check_get_directory ();
}

gchar *
ssio_check_make_path (const gchar *suffix)
{
  static gint count = 0;

  return g_strdup_printf ("%s/%d-%d%s", ssio_check_get_directory (),
      (gint) getpid (), g_atomic_int_add (&count, 1), suffix);
}

gchar *
ssio_check_write_file (const gchar *suffix, gconstpointer bytes, gsize size)
{
  gchar *path = ssio_check_make_path (suffix);
  GError *error = NULL;

  g_file_set_contents_full (path, bytes, size, G_FILE_SET_CONTENTS_NONE, 0600,
      &error);
  fail_unless (error == NULL, "%s", error ? error->message : "");
  return path;
}

void
ssio_check_remove_folder (gchar *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    gchar *path = g_build_filename (folder, name, NULL);

    g_remove (path);
    g_free (path);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (folder);
  g_free (folder);
}

guint
ssio_check_count_files (const gchar *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  fail_unless (dir != NULL, "%s", folder);
  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n;
}

void
ssio_check_remove_files (void)
{
  ssio_check_remove_folder (g_steal_pointer (&directory));
}

gfloat
ssio_check_tile_value (guint64 index)
{
  return index % (1 << 20);
}

gchar *
ssio_check_write_tile (guint64 n_points, guint n_fields)
{
  gsize n = n_points * n_fields;
  gfloat *values = g_new (gfloat, n);
  gchar *path;
  gsize i;

  for (i = 0; i < n; i++)
    values[i] = ssio_check_tile_value (i);
  path = ssio_check_write_file (".bin", values, n * sizeof (gfloat));
  g_free (values);
  return path;
}

GstElement *
ssio_check_launch (const gchar *format, ...)
{
  GError *error = NULL;
  GstElement *pipeline;
  gchar *text;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  pipeline = gst_parse_launch (text, &error);
  fail_unless (error == NULL, "%s: %s", text, error ? error->message : "");
  g_free (text);
  return pipeline;
}

void
ssio_check_wait (GstElement *pipeline, GstMessageType end)
{
  GstMessage *message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR | end);
  GError *error = NULL;

  fail_unless (message != NULL, "neither %s nor error",
      gst_message_type_get_name (end));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  fail_unless (error == NULL, "%s", error ? error->message : "");
  gst_message_unref (message);
}

void
ssio_check_set_state (GstElement *element, GstState state)
{
  fail_if (gst_element_set_state (element, state) == GST_STATE_CHANGE_FAILURE);
  fail_if (gst_element_get_state (element, NULL, NULL, 10 * GST_SECOND)
           == GST_STATE_CHANGE_FAILURE);
}

GstMessage *
ssio_check_pop (GstElement *element, GstMessageType types)
{
  GstBus *bus = gst_element_get_bus (element);
  GstMessage *message
      = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, types);

  gst_object_unref (bus);
  return message;
}

static void
check_message_text (GstMessage *message, GQuark domain, gint code,
    va_list parts)
{
  const gchar *part;
  GError *error;

  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s %d: %s",
      g_quark_to_string (error->domain), error->code, error->message);
  while ((part = va_arg (parts, const gchar *)))
    fail_unless (strstr (error->message, part) != NULL,
        "expected \"%s\" in: %s", part, error->message);
  g_error_free (error);
}

void
ssio_check_error (GstElement *pipeline, GQuark domain, gint code, ...)
{
  GstMessage *message;
  GstBus *bus;
  va_list parts;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message != NULL, "neither error nor EOS");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "error");
  va_start (parts, code);
  check_message_text (message, domain, code, parts);
  va_end (parts);
  gst_message_unref (message);

  bus = gst_element_get_bus (pipeline);
  message = gst_bus_timed_pop_filtered (bus, GST_SECOND / 20,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message == NULL, "a second message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

void
ssio_check_gerror (GError **error, GQuark domain, gint code, const gchar *part)
{
  fail_unless (*error != NULL, "no error that says \"%s\"", part);
  fail_unless (g_error_matches (*error, domain, code), "%s %d: %s",
      g_quark_to_string ((*error)->domain), (*error)->code, (*error)->message);
  fail_unless (strstr ((*error)->message, part) != NULL,
      "expected \"%s\" in: %s", part, (*error)->message);
  g_clear_error (error);
}

gboolean
ssio_check_run_oracle (gchar **output, const gchar *command, ...)
{
  const gchar *python = g_getenv ("SSIO_CHECK_PYTHON");
  GPtrArray *argv;
  GError *error = NULL;
  gchar *text = NULL;
  gchar *errors = NULL;
  const gchar *argument;
  va_list arguments;
  gint status;

  if (!python || !*python)
    return FALSE;
  argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer) python);
  g_ptr_array_add (argv, (gpointer) g_getenv ("SSIO_CHECK_ORACLE"));
  g_ptr_array_add (argv, (gpointer) command);
  va_start (arguments, command);
  while ((argument = va_arg (arguments, const gchar *)))
    g_ptr_array_add (argv, (gpointer) argument);
  va_end (arguments);
  g_ptr_array_add (argv, NULL);

  fail_unless (g_spawn_sync (NULL, (gchar **) argv->pdata, NULL,
                   G_SPAWN_SEARCH_PATH, NULL, NULL, &text, &errors, &status,
                   &error),
      "%s", error ? error->message : "");
  fail_unless (g_spawn_check_wait_status (status, NULL), "%s", errors);
  if (output)
    *output = g_steal_pointer (&text);
  g_free (text);
  g_free (errors);
  g_ptr_array_unref (argv);
  return TRUE;
}

gchar *
ssio_check_write_tensors (const gchar *header, gconstpointer data, gsize size)
{
  guint64 length = GUINT64_TO_LE (strlen (header));
  GByteArray *bytes = g_byte_array_new ();
  gchar *path;

  g_byte_array_append (bytes, (guint8 *) &length, sizeof (length));
  g_byte_array_append (bytes, (const guint8 *) header, strlen (header));
  g_byte_array_append (bytes, data, size);
  path = ssio_check_write_file (".safetensors", bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return path;
}

gchar *
ssio_check_write_identity (guint n)
{
  gfloat *values = g_new0 (gfloat, n * n + n);
  gchar *header, *path;
  guint i;

  for (i = 0; i < n; i++)
    values[i * n + i] = 1;
  header
      = g_strdup_printf ("{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[%u,%u],"
                         "\"data_offsets\":[0,%u]},"
                         "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[%u],"
                         "\"data_offsets\":[%u,%u]}}",
          n, n, 4 * n * n, n, 4 * n * n, 4 * (n * n + n));
  path = ssio_check_write_tensors (header, values, 4 * (n * n + n));
  g_free (header);
  g_free (values);
  return path;
}

void
ssio_check_posted_error (GstElement *element, GQuark domain, gint code, ...)
{
  GstMessage *message = ssio_check_pop (element, GST_MESSAGE_ERROR);
  GstBus *bus = gst_element_get_bus (element);
  va_list parts;

  fail_unless (message != NULL, "no error");
  va_start (parts, code);
  check_message_text (message, domain, code, parts);
  va_end (parts);
  gst_message_unref (message);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message == NULL, "a second error");
  gst_object_unref (bus);
}

GstSsioModel *
ssio_check_new_model (guint n_in, const gchar *widths_text)
{
  GstSsioModel *model;
  GArray *widths;

  fail_unless (gst_ssio_model_parse_widths (widths_text, &widths, NULL));
  model = gst_ssio_model_new (n_in, widths);
  g_array_unref (widths);
  return model;
}

GstSsioModel *
ssio_check_load_model (guint n_in, const gchar *widths, const gchar *path)
{
  GstSsioModel *model = ssio_check_new_model (n_in, widths);
  GError *error = NULL;

  fail_unless (gst_ssio_safetensors_load (path, model, &error), "%s",
      error ? error->message : "");
  fail_unless (error == NULL);
  return model;
}

gdouble
ssio_check_difference (const gfloat *expected, const gfloat *found, gsize n)
{
  gdouble length = 0;
  gdouble difference = 0;
  gsize i;

  for (i = 0; i < n; i++) {
    length += (gdouble) expected[i] * expected[i];
    difference += pow ((gdouble) found[i] - expected[i], 2);
  }
  return sqrt (difference) / (sqrt (length) + 1e-4);
}

guint
ssio_check_count_resident (const gchar *path)
{
  gchar *maps, *entry;
  guint kilobytes = 0;

  /* mincore() would tell of the page cache, not of this process */
  fail_unless (g_file_get_contents ("/proc/self/smaps", &maps, NULL, NULL));
  entry = strstr (maps, path);
  fail_unless (entry != NULL);
  entry = strstr (entry, "\nRss:");
  kilobytes = g_ascii_strtoull (strpbrk (entry, "0123456789"), NULL, 10);
  g_free (maps);
  return kilobytes;
}

static void
count_death (gpointer deaths, GstMiniObject *object)
{
  g_atomic_int_inc ((gint *) deaths);
}

void
ssio_check_count_death (GstMiniObject *object, gint *deaths)
{
  gst_mini_object_weak_ref (object, count_death, deaths);
}
