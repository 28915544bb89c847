/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "classmap.h"

/* The table has a place for each raw label from the smallest to the
 * largest. */
#define MAX_SPAN (1 << 20)
#define ABSENT GST_SSIO_CLASS_MAP_ABSENT

#define LEARNING_MAP "learning_map:"

typedef struct {
  gint raw;
  gint class_index;
} Pair;

struct _GstSsioClassMap {
  gint first; /* raw label */
  guint n;
  gint *classes; /* of first and those that follow */
};

static gboolean
parse_number (const gchar **text, gint *number)
{
  gchar *end;
  gint64 value;

  while (g_ascii_isspace (**text))
    (*text)++;
  if (!g_ascii_isdigit (**text) && **text != '-')
    return FALSE;
  value = g_ascii_strtoll (*text, &end, 10);
  if (end == *text || value <= G_MININT || value > G_MAXINT)
    return FALSE;
  *number = value;
  while (g_ascii_isspace (*end))
    end++;
  *text = end;
  return TRUE;
}

/* "raw: class", and a comment. */
static gboolean
parse_pair (const gchar *text, Pair *pair)
{
  return parse_number (&text, &pair->raw) && *text++ == ':'
         && parse_number (&text, &pair->class_index)
         && (*text == '\0' || *text == '#');
}

static gint
compare_pairs (gconstpointer a, gconstpointer b)
{
  const gint first = ((const Pair *) a)->raw;
  const gint second = ((const Pair *) b)->raw;

  return first < second ? -1 : first > second;
}

/* source is for messages. */
static GstSsioClassMap *
make_map (GArray *pairs, const gchar *source, GError **error)
{
  const Pair *first, *last;
  GstSsioClassMap *map;
  guint i;

  if (pairs->len == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: expected pairs raw: class, found none", source);
    return NULL;
  }
  g_array_sort (pairs, compare_pairs);
  first = &g_array_index (pairs, Pair, 0);
  last = &g_array_index (pairs, Pair, pairs->len - 1);
  if ((gint64) last->raw - first->raw >= MAX_SPAN) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: expected raw labels no more than %d apart, found %d and %d",
        source, MAX_SPAN, first->raw, last->raw);
    return NULL;
  }
  map = g_new0 (GstSsioClassMap, 1);
  map->first = first->raw;
  map->n = last->raw - first->raw + 1;
  map->classes = g_new (gint, map->n);
  for (i = 0; i < map->n; i++)
    map->classes[i] = ABSENT;
  for (i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);
    gint *place = &map->classes[pair->raw - map->first];

    if (*place != ABSENT && *place != pair->class_index) {
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "%s: expected one class for each raw label, found %d and %d for %d",
          source, *place, pair->class_index, pair->raw);
      gst_ssio_class_map_free (map);
      return NULL;
    }
    *place = pair->class_index;
  }
  return map;
}

/* The lines of the block that begins with LEARNING_MAP, or all where there is
 * no such line. */
static void
find_block (gchar **lines, guint *begin, guint *end)
{
  guint i;

  *begin = 0;
  *end = g_strv_length (lines);
  for (i = 0; lines[i]; i++) {
    g_strchomp (lines[i]);
    if (g_str_has_prefix (lines[i], LEARNING_MAP)
        && (lines[i][strlen (LEARNING_MAP)] == '\0'
            || g_ascii_isspace (lines[i][strlen (LEARNING_MAP)])))
      break;
  }
  if (!lines[i])
    return;
  *begin = i + 1;
  for (i = *begin; lines[i]; i++) {
    if (*lines[i] && *lines[i] != '#' && !g_ascii_isspace (*lines[i]))
      break;
  }
  *end = i;
}

static GstSsioClassMap *
parse_lines (const gchar *path, gchar **lines, GError **error)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  GstSsioClassMap *map = NULL;
  guint begin, end, i;

  find_block (lines, &begin, &end);
  for (i = begin; i < end; i++) {
    const gchar *line = g_strstrip (lines[i]);
    Pair pair;

    if (*line == '\0' || *line == '#')
      continue;
    if (!parse_pair (line, &pair)) {
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "%s: line %u: expected \"raw: class\", found \"%.40s\"; the class "
          "map is all lines, or those after a line \"" LEARNING_MAP "\"",
          path, i + 1, line);
      break;
    }
    g_array_append_val (pairs, pair);
  }
  if (i == end)
    map = make_map (pairs, path, error);
  g_array_unref (pairs);
  return map;
}

static GstSsioClassMap *
load_file (const gchar *path, GError **error)
{
  GError *cause = NULL;
  GstSsioClassMap *map;
  gchar **lines;
  gchar *text;

  if (!g_file_get_contents (path, &text, NULL, &cause)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "class-map=\"%s\": expected raw:class,raw:class or a file with a line "
        "\"raw: class\" for each: %s",
        path, cause->message);
    g_error_free (cause);
    return NULL;
  }
  lines = g_strsplit (text, "\n", -1);
  map = parse_lines (path, lines, error);
  g_strfreev (lines);
  g_free (text);
  return map;
}

static GstSsioClassMap *
parse_text (const gchar *text, GError **error)
{
  gchar **tokens = g_strsplit (text, ",", -1);
  gchar *source = g_strdup_printf ("class-map=\"%.60s%s\"", text,
      strlen (text) > 60 ? "..." : "");
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  GstSsioClassMap *map = NULL;
  Pair pair;
  guint i;

  for (i = 0; tokens[i] && parse_pair (tokens[i], &pair); i++)
    g_array_append_val (pairs, pair);
  if (tokens[i])
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: expected raw:class,raw:class, found \"%.40s\"", source,
        tokens[i]);
  else
    map = make_map (pairs, source, error);
  g_array_unref (pairs);
  g_free (source);
  g_strfreev (tokens);
  return map;
}

GstSsioClassMap *
gst_ssio_class_map_new (const gchar *setting, GError **error)
{
  if (setting[strspn (setting, "0123456789-:, \t\n")] == '\0')
    return parse_text (setting, error);
  return load_file (setting, error);
}

void
gst_ssio_class_map_free (GstSsioClassMap *map)
{
  g_free (map->classes);
  g_free (map);
}

gboolean
gst_ssio_class_map_find (const GstSsioClassMap *map, gint64 raw,
    gint *class_index)
{
  const guint64 at = (guint64) raw - (guint64) (gint64) map->first;

  if (at >= map->n || map->classes[at] == ABSENT)
    return FALSE;
  *class_index = map->classes[at];
  return TRUE;
}

const gint *
gst_ssio_class_map_get_table (const GstSsioClassMap *map, gint *first,
    guint *n)
{
  *first = map->first;
  *n = map->n;
  return map->classes;
}
