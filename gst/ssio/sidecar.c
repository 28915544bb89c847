/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <math.h>
#include <string.h>

#include "diskfile.h"
#include "json.h"
#include "origin.h"
#include "sidecar.h"

#define FORMAT "ssio-points"
#define VERSION_NUMBER 1

/* As many fields as a layout may have, with the longest names. */
#define MAX_SIZE (1 << 20)

#define WAY_OUT \
  "; set the layout property to what the file holds, which has it not read, " \
  "or write it again"

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, const gchar *path, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: the sidecar %s" WAY_OUT, path, text);
  g_free (text);
  return FALSE;
}

gboolean
gst_ssio_path_is_part (const gchar *path)
{
  return g_str_has_suffix (path, GST_SSIO_PART_SUFFIX);
}

gchar *
gst_ssio_sidecar_get_path (const gchar *path)
{
  return g_strconcat (path, GST_SSIO_SIDECAR_SUFFIX, NULL);
}

static void
append_origin (GString *text, const gdouble origin[3])
{
  gchar digits[G_ASCII_DTOSTR_BUF_SIZE];
  guint i;

  g_string_append (text, ",\n  \"origin\": [");
  for (i = 0; i < 3; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
        g_ascii_dtostr (digits, sizeof (digits), origin[i]));
  g_string_append_c (text, ']');
}

/* A layout has neither quotes nor control characters. */
static void
append_layout (GString *text, const GstSsioLayout *layout)
{
  gchar *plain = gst_ssio_layout_to_string (layout);
  gchar **parts = g_strsplit (plain, "\\", -1);
  gchar *escaped = g_strjoinv ("\\\\", parts);

  g_string_append_printf (text, ",\n  \"layout\": \"%s\"", escaped);
  g_free (escaped);
  g_strfreev (parts);
  g_free (plain);
}

/* Not with json-glib, which prints 1e-300 as 1e-300.0 and does not read it. */
gchar *
gst_ssio_sidecar_print (const GstSsioSidecar *sidecar)
{
  GString *text = g_string_new ("{\n  \"format\": \"" FORMAT "\"");

  g_string_append_printf (text, ",\n  \"version\": %d", VERSION_NUMBER);
  append_layout (text, sidecar->layout);
  g_string_append_printf (text, ",\n  \"point-size\": %u",
      gst_ssio_layout_get_point_size (sidecar->layout));
  if (sidecar->has_n_points)
    g_string_append_printf (text, ",\n  \"points\": %" G_GUINT64_FORMAT,
        sidecar->n_points);
  if (sidecar->has_origin)
    append_origin (text, sidecar->origin);
  g_string_append (text, "\n}\n");
  return g_string_free (text, FALSE);
}

/* The member, where it has a value of that type; else NULL. */
static JsonNode *
get_value (JsonObject *object, const gchar *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

/* FALSE where it is none of 0 to max. */
static gboolean
get_integer (JsonObject *object, const gchar *name, gint64 max, guint64 *value)
{
  JsonNode *node = get_value (object, name, G_TYPE_INT64);

  if (!node || json_node_get_int (node) < 0 || json_node_get_int (node) > max)
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

static gboolean
is_ours (JsonObject *object)
{
  JsonNode *format = get_value (object, "format", G_TYPE_STRING);

  return format && g_str_equal (json_node_get_string (format), FORMAT);
}

static gboolean
read_version (JsonObject *object, const gchar *path, GError **error)
{
  guint64 version;

  if (!get_integer (object, "version", G_MAXINT64, &version))
    return fail (error, path, "says no version: expected %d", VERSION_NUMBER);
  if (version != VERSION_NUMBER)
    return fail (error, path,
        "has version %" G_GUINT64_FORMAT ": expected %d, which this build "
        "reads",
        version, VERSION_NUMBER);
  return TRUE;
}

static gboolean
read_layout (GstSsioSidecar *sidecar, JsonObject *object, const gchar *path,
    GError **error)
{
  JsonNode *layout = get_value (object, "layout", G_TYPE_STRING);
  GError *cause = NULL;
  guint64 point_size;

  if (!layout || !get_integer (object, "point-size", G_MAXINT, &point_size)
      || point_size == 0)
    return fail (error, path,
        "says no layout: expected the members \"layout\", a text, and "
        "\"point-size\", bytes");
  sidecar->layout
      = gst_ssio_layout_new_from_string (json_node_get_string (layout),
          point_size, &cause);
  if (sidecar->layout)
    return TRUE;
  fail (error, path, "has a %s", cause->message);
  g_error_free (cause);
  return FALSE;
}

static gboolean
read_n_points (GstSsioSidecar *sidecar, JsonObject *object, const gchar *path,
    GError **error)
{
  gint64 max = G_MAXINT64 / gst_ssio_layout_get_point_size (sidecar->layout);

  sidecar->has_n_points = json_object_has_member (object, "points");
  return !sidecar->has_n_points
         || get_integer (object, "points", max, &sidecar->n_points)
         || fail (error, path,
             "has no number of points in \"points\": expected 0 to %" G_GINT64_FORMAT,
             max);
}

/* NAN where it is no number. */
static gdouble
get_number (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  if (!JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_DOUBLE
          && json_node_get_value_type (node) != G_TYPE_INT64))
    return NAN;
  return json_node_get_double (node);
}

static gboolean
read_origin (GstSsioSidecar *sidecar, JsonObject *object, const gchar *path,
    GError **error)
{
  JsonNode *node = json_object_get_member (object, "origin");
  JsonArray *array;
  gboolean ok;
  guint i;

  sidecar->has_origin = node != NULL;
  if (!node)
    return TRUE;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  ok = array && json_array_get_length (array) == 3;
  for (i = 0; ok && i < 3; i++) {
    sidecar->origin[i] = get_number (array, i);
    ok = isfinite (sidecar->origin[i]);
  }
  return ok
         || fail (error, path,
             "has no origin in \"origin\": expected three finite numbers");
}

gboolean
gst_ssio_sidecar_parse (GstSsioSidecar *sidecar, const gchar *path,
    const gchar *text, gsize length, GError **error)
{
  JsonObject *object;
  JsonParser *parser;
  GError *cause = NULL;
  gboolean ok = TRUE;

  *sidecar = (GstSsioSidecar){ NULL };
  parser = gst_ssio_json_load (text, length, &object, &cause);
  if (!parser) {
    fail (error, path, "%s", cause->message);
    g_error_free (cause);
    return FALSE;
  }
  if (is_ours (object))
    ok = read_version (object, path, error)
         && read_layout (sidecar, object, path, error)
         && read_n_points (sidecar, object, path, error)
         && read_origin (sidecar, object, path, error);
  g_object_unref (parser);
  if (!ok)
    gst_ssio_sidecar_clear (sidecar);
  return ok;
}

static gboolean
read_file (GstSsioSidecar *sidecar, const GstSsioDiskFile *file,
    GError **error)
{
  gchar *text;
  gboolean ok;

  if (file->size > MAX_SIZE)
    return fail (error, file->path,
        "has %" G_GUINT64_FORMAT " bytes: expected at most %d", file->size,
        MAX_SIZE);
  text = g_malloc (file->size + 1);
  ok = gst_ssio_disk_file_read (file, 0, (guint8 *) text, file->size);
  if (!ok)
    gst_ssio_disk_file_set_error (error, file->path, "read",
        errno ? errno : EIO);
  else
    ok = gst_ssio_sidecar_parse (sidecar, file->path, text, file->size, error);
  g_free (text);
  return ok;
}

static gboolean
find_at (GstSsioSidecar *sidecar, const gchar *sidecar_path, GError **error)
{
  GstSsioDiskFile file;
  GError *cause = NULL;
  gboolean ok;

  *sidecar = (GstSsioSidecar){ NULL };
  ok = gst_ssio_disk_file_open (&file, sidecar_path, &cause)
       && read_file (sidecar, &file, &cause);
  gst_ssio_disk_file_clear (&file);
  if (g_error_matches (cause, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NOT_FOUND)) {
    g_clear_error (&cause);
    return TRUE;
  }
  if (!ok)
    g_propagate_error (error, cause);
  return ok;
}

/* A part's sidecar has its final name already if the process that wrote both
 * died between the two renames. */
gboolean
gst_ssio_sidecar_find (GstSsioSidecar *sidecar, const gchar *path,
    GError **error)
{
  gchar *sidecar_path = gst_ssio_sidecar_get_path (path);
  gboolean ok = find_at (sidecar, sidecar_path, error);
  gchar *final;

  if (ok && !sidecar->layout && gst_ssio_path_is_part (path)) {
    g_free (sidecar_path);
    final = g_strndup (path, strlen (path) - strlen (GST_SSIO_PART_SUFFIX));
    sidecar_path = gst_ssio_sidecar_get_path (final);
    g_free (final);
    ok = find_at (sidecar, sidecar_path, error);
  }
  g_free (sidecar_path);
  return ok;
}

void
gst_ssio_sidecar_clear (GstSsioSidecar *sidecar)
{
  g_clear_pointer (&sidecar->layout, gst_ssio_layout_unref);
}

GstSsioLayout *
gst_ssio_sidecar_get_file_layout (const GstSsioSidecar *sidecar,
    GError **error)
{
  if (!sidecar->has_origin)
    return gst_ssio_layout_ref (sidecar->layout);
  return gst_ssio_origin_add (sidecar->origin, sidecar->layout, error);
}

gboolean
gst_ssio_sidecar_check_size (const GstSsioSidecar *sidecar, const gchar *path,
    guint64 file_size, GError **error)
{
  guint point_size = gst_ssio_layout_get_point_size (sidecar->layout);

  if (!sidecar->has_n_points || sidecar->n_points * point_size == file_size)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: its sidecar %s" GST_SSIO_SIDECAR_SUFFIX " says %" G_GUINT64_FORMAT
      " points of %u bytes: expected a file of %" G_GUINT64_FORMAT
      " bytes, found %" G_GUINT64_FORMAT
      "; the two are not of one recording, or the file was cut: get both "
      "again, set recover=true to read the whole points that are there, or set "
      "the layout property, which has the sidecar not read",
      path, path, sidecar->n_points, point_size,
      sidecar->n_points * point_size, file_size);
  return FALSE;
}
