/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "json.h"

/* Of arrays and objects; tensors need three: {"name": {"shape": [1]}} */
#define MAX_NESTING 8

G_GNUC_PRINTF (2, 3)
static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (GST_STREAM_ERROR,
                                GST_STREAM_ERROR_WRONG_TYPE, format, args));
  va_end (args);
  return FALSE;
}

/* json-glib recurses without a limit, so that brackets enough end the process;
 * it also reads comments and '...', which could hide brackets from this
 * count. */
static gboolean
check_text (const gchar *text, gsize length, GError **error)
{
  gboolean in_string = FALSE;
  guint nesting = 0;
  gsize i;

  for (i = 0; i < length; i++) {
    if (in_string) {
      if (text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = FALSE;
    } else if (strchr ("'/#", text[i])) {
      return fail (error, "is no JSON: byte %" G_GSIZE_FORMAT " is 0x%02x", i,
          (guint8) text[i]);
    } else if (text[i] == '{' || text[i] == '[') {
      if (++nesting > MAX_NESTING)
        return fail (error, "is nested more than %d deep", MAX_NESTING);
    } else if (text[i] == '}' || text[i] == ']') {
      nesting -= nesting > 0;
    } else if (text[i] == '"') {
      in_string = TRUE;
    }
  }
  return TRUE;
}

static gboolean
load (JsonParser *parser, const gchar *text, gsize length, JsonObject **object,
    GError **error)
{
  GError *cause = NULL;
  JsonNode *root;

  if (!check_text (text, length, error))
    return FALSE;
  if (!json_parser_load_from_data (parser, length > 0 ? text : "", length,
          &cause)) {
    fail (error, "is no JSON: %s", cause->message);
    g_error_free (cause);
    return FALSE;
  }
  root = json_parser_get_root (parser);
  if (!root || !JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, "is no JSON object");
  *object = json_node_get_object (root);
  return TRUE;
}

JsonParser *
gst_ssio_json_load (const gchar *text, gsize length, JsonObject **object,
    GError **error)
{
  JsonParser *parser = json_parser_new_immutable ();

  if (!load (parser, text, length, object, error))
    g_clear_object (&parser);
  return parser;
}
