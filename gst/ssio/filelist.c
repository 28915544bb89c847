/* SPDX-License-Identifier: MIT */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strverscmp() */
#endif

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glob.h>
#include <string.h>

#include "filelist.h"
#include "formats/formats.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors write it, in UTF-8 */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strverscmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

static GstResourceError
get_code (const GError *error)
{
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
    return GST_RESOURCE_ERROR_NOT_FOUND;
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PERM))
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  return GST_RESOURCE_ERROR_OPEN_READ;
}

/* Takes over @cause. */
static void
set_file_error (GError **error, GError *cause)
{
  g_set_error_literal (error, GST_RESOURCE_ERROR, get_code (cause),
      cause->message);
  g_error_free (cause);
}

/* Unreferences @files where they are none. */
static GPtrArray *
check_found (GPtrArray *files, const gchar *location, const gchar *expected,
    GError **error)
{
  if (files->len > 0)
    return files;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "%s: expected %s, found none; check the name, and where it is looked for",
      location, expected);
  g_ptr_array_unref (files);
  return NULL;
}

static void
add_line (GPtrArray *files, const gchar *folder, gchar *line)
{
  g_strstrip (line);
  if (!*line || *line == '#')
    return;
  if (g_path_is_absolute (line))
    g_ptr_array_add (files, g_strdup (line));
  else
    g_ptr_array_add (files, g_build_filename (folder, line, NULL));
}

static GPtrArray *
read_list (const gchar *path, GError **error)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  GError *cause = NULL;
  gchar *text, *folder;
  gchar **lines;
  guint i;

  if (!g_file_get_contents (path, &text, NULL, &cause)) {
    set_file_error (error, cause);
    g_ptr_array_unref (files);
    return NULL;
  }
  folder = g_path_get_dirname (path);
  lines = g_strsplit (g_str_has_prefix (text, BYTE_ORDER_MARK)
                          ? text + strlen (BYTE_ORDER_MARK)
                          : text,
      "\n", -1);
  for (i = 0; lines[i]; i++)
    add_line (files, folder, lines[i]);
  g_strfreev (lines);
  g_free (folder);
  g_free (text);
  return check_found (files, path, "a list of files, one a line", error);
}

static GPtrArray *
read_folder (const gchar *path, GError **error)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  GError *cause = NULL;
  GDir *folder = g_dir_open (path, 0, &cause);
  const gchar *name;

  if (!folder) {
    set_file_error (error, cause);
    g_ptr_array_unref (files);
    return NULL;
  }
  while ((name = g_dir_read_name (folder))) {
    if (*name != '.' && gst_ssio_format_knows_name (name))
      g_ptr_array_add (files, g_build_filename (path, name, NULL));
  }
  g_dir_close (folder);
  g_ptr_array_sort (files, compare_names);
  return check_found (files, path,
      "files in the folder whose names end in " GST_SSIO_FORMAT_NAMES, error);
}

static GPtrArray *
match (const gchar *pattern, GError **error)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  glob_t found = { 0 };
  gsize i;

  if (glob (pattern, GLOB_NOSORT, NULL, &found) == 0) {
    for (i = 0; i < found.gl_pathc; i++)
      g_ptr_array_add (files, g_strdup (found.gl_pathv[i]));
  }
  globfree (&found);
  g_ptr_array_sort (files, compare_names);
  return check_found (files, pattern, "files that match the pattern", error);
}

GPtrArray *
gst_ssio_file_list_new (const gchar *location, GError **error)
{
  GPtrArray *files;

  if (g_file_test (location, G_FILE_TEST_IS_DIR))
    return read_folder (location, error);
  if (!g_file_test (location, G_FILE_TEST_EXISTS)) {
    if (*location == '@')
      return read_list (location + 1, error);
    if (strpbrk (location, "*?["))
      return match (location, error);
  }
  files = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (files, g_strdup (location));
  return files;
}
