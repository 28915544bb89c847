/* SPDX-License-Identifier: MIT */
/* The Point Cloud Library's PCD, version 0.7 and what came before it:
 * https://pointclouds.org/documentation/tutorials/pcd_file_format.html
 *
 * The header is lines of an entry's name and its values. Fields named "_" are
 * bytes that belong to no field. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "pcdlzf.h"
#include "textpoints.h"

#define MAX_RECORD_SIZE (1u << 20)

enum {
  ENTRY_VERSION,
  ENTRY_FIELDS,
  ENTRY_SIZE,
  ENTRY_TYPE,
  ENTRY_COUNT,
  ENTRY_WIDTH,
  ENTRY_HEIGHT,
  ENTRY_VIEWPOINT,
  ENTRY_POINTS,
  ENTRY_DATA,
  N_ENTRIES
};

static const gchar *const entry_names[N_ENTRIES] = { "VERSION", "FIELDS",
  "SIZE", "TYPE", "COUNT", "WIDTH", "HEIGHT", "VIEWPOINT", "POINTS", "DATA" };

/* An entry's words: its name, then its values. */
typedef struct {
  gchar **words; /* NULL until it is seen */
  guint n_values;
  guint line;
} Entry;

typedef struct {
  const GstSsioFormatInput *input;
  gsize at;
  guint line; /* the one read last, from 1 */
  Entry entries[N_ENTRIES];
  GError **error;
} Header;

/* What a point is made of. */
typedef struct {
  GArray *fields;  /* GstSsioField, names owned */
  GArray *columns; /* GstSsioPcdColumn, one a value of FIELDS */
  GArray *words;   /* gint, what GstSsioTextPoints wants */
  guint size;
} Record;

G_GNUC_PRINTF (3, 4)
static gboolean
fail (const Header *header, guint line, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (header->error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: PCD header, line %u: %s", header->input->path, line, text);
  g_free (text);
  return FALSE;
}

/* As fail(), where a word was found that is not what was expected. */
static gboolean
fail_word (const Header *header, guint line, const gchar *entry,
    const gchar *word, const gchar *expected)
{
  gchar *start = g_strndup (word, 40);
  gchar *printable = g_strescape (start, NULL);

  fail (header, line, "%s: expected %s, found \"%s\"; repair the header",
      entry, expected, printable);
  g_free (printable);
  g_free (start);
  return FALSE;
}

static gchar **
split_words (const gchar *line, gsize length)
{
  GPtrArray *words = g_ptr_array_new ();
  const gchar *end = line + length;
  const gchar *start;

  while (line < end) {
    for (start = line; line < end && !g_ascii_isspace (*line);)
      line++;
    if (line > start)
      g_ptr_array_add (words, g_strndup (start, line - start));
    else
      line++;
  }
  g_ptr_array_add (words, NULL);
  return (gchar **) g_ptr_array_free (words, FALSE);
}

static gint
find_entry (const gchar *name)
{
  gint i;

  for (i = 0; i < N_ENTRIES; i++) {
    if (strcmp (name, entry_names[i]) == 0)
      return i;
  }
  return strcmp (name, "COLUMNS") == 0 ? ENTRY_FIELDS : -1;
}

/* Takes the words over. */
static gboolean
add_entry (Header *header, gchar **words)
{
  gint i = find_entry (words[0]);
  gboolean ok = FALSE;

  if (i < 0) {
    fail_word (header, header->line, "a line's first word", words[0],
        "VERSION, FIELDS, SIZE, TYPE, COUNT, WIDTH, HEIGHT, VIEWPOINT, POINTS "
        "or DATA");
  } else if (header->entries[i].words) {
    fail (header, header->line,
        "a second %s: expected one, found the first in line %u; remove one",
        words[0], header->entries[i].line);
  } else if (!words[1]) {
    fail (header, header->line,
        "%s has no values: expected one or more; repair the header", words[0]);
  } else {
    header->entries[i].n_values = g_strv_length (words) - 1;
    header->entries[i].words = g_steal_pointer (&words);
    header->entries[i].line = header->line;
    ok = TRUE;
  }
  g_strfreev (words);
  return ok;
}

static gboolean
read_line (Header *header)
{
  const gchar *line = (const gchar *) header->input->bytes + header->at;
  gsize rest = header->input->n_bytes - header->at;
  const gchar *end = memchr (line, '\n', rest);
  gchar **words;

  header->line++;
  if (!end)
    return fail (header, header->line,
        "the header has no end: expected a line that starts with DATA in the "
        "first %" G_GSIZE_FORMAT
        " bytes, found none; this is no PCD file, or not a whole one",
        header->input->n_bytes);
  header->at += end + 1 - line;
  if (memchr (line, '\0', end - line))
    return fail (header, header->line,
        "expected text, found a zero byte; this is no PCD file, or a damaged "
        "one");
  words = split_words (line, end - line);
  if (words[0] && words[0][0] != '#')
    return add_entry (header, words);
  g_strfreev (words);
  return TRUE;
}

static gboolean
read_entries (Header *header)
{
  while (!header->entries[ENTRY_DATA].words) {
    if (!read_line (header))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_version (const Header *header, const gchar *version)
{
  const gchar *word = header->entries[ENTRY_VERSION].words[1];

  return strcmp (word + (word[0] == '0'), version) == 0;
}

/* Files before 0.7 may lack SIZE and TYPE: all fields are floats then. */
static gboolean
check_entries (const Header *header)
{
  const Entry *entries = header->entries;
  gboolean is_old = TRUE;
  gint i;

  if (entries[ENTRY_VERSION].words) {
    is_old = is_version (header, ".6") || is_version (header, ".5");
    if (!is_old && !is_version (header, ".7"))
      return fail_word (header, entries[ENTRY_VERSION].line, "VERSION",
          entries[ENTRY_VERSION].words[1], "0.7, 0.6 or 0.5");
  }
  if (!entries[ENTRY_FIELDS].words)
    return fail (header, header->line,
        "the header ends without FIELDS: expected the names of the fields, "
        "found none; repair the header");
  for (i = ENTRY_SIZE; i <= ENTRY_COUNT; i++) {
    if (entries[i].words
        && entries[i].n_values != entries[ENTRY_FIELDS].n_values)
      return fail (header, entries[i].line,
          "%s: expected %u values, one for each of FIELDS, found %u; repair "
          "the header",
          entry_names[i], entries[ENTRY_FIELDS].n_values, entries[i].n_values);
  }
  if (!entries[ENTRY_SIZE].words != !entries[ENTRY_TYPE].words
      || (!entries[ENTRY_SIZE].words && !is_old))
    return fail (header, header->line,
        "the header ends without %s: expected one value for each of FIELDS, "
        "found none; repair the header",
        entries[ENTRY_SIZE].words ? "TYPE" : "SIZE");
  return TRUE;
}

/* Value i of an entry that is a whole number, or fallback without it. */
static gboolean
get_number (const Header *header, gint entry, guint i, guint64 min,
    guint64 max, guint64 fallback, guint64 *number)
{
  gchar **words = header->entries[entry].words;
  gchar *expected;

  *number = fallback;
  if (!words
      || g_ascii_string_to_unsigned (words[1 + i], 10, min, max, number, NULL))
    return TRUE;
  expected = g_strdup_printf ("a whole number from %" G_GUINT64_FORMAT
                              " to %" G_GUINT64_FORMAT,
      min, max);
  fail_word (header, header->entries[entry].line, entry_names[entry],
      words[1 + i], expected);
  g_free (expected);
  return FALSE;
}

static gboolean
get_type (const Header *header, guint i, guint size, GstSsioType *type)
{
  const Entry *entry = &header->entries[ENTRY_TYPE];
  const gchar *letter = entry->words ? entry->words[1 + i] : "F";
  gchar *code = g_strdup_printf ("%s%u", letter, size);
  gboolean ok;

  code[0] = g_ascii_tolower (code[0]);
  ok = g_ascii_isupper (letter[0]) && gst_ssio_type_from_string (code, type);
  g_free (code);
  if (ok)
    return TRUE;
  code = g_strdup_printf ("%s with SIZE %u", letter, size);
  fail_word (header, entry->line, "TYPE", code,
      "F with SIZE 4 or 8, or I or U with SIZE 1, 2, 4 or 8");
  g_free (code);
  return FALSE;
}

/* The first value has the field's name, the others a number after it. */
static void
add_values (Record *record, const gchar *name, GstSsioType type, guint count)
{
  GstSsioField field = { .type = type, .scale = 1 };
  guint i;

  for (i = 0; i < count; i++) {
    gint word = record->fields->len;

    field.name = i == 0 ? g_strdup (name) : g_strdup_printf ("%s_%u", name, i);
    field.offset = record->size + i * gst_ssio_type_get_size (type);
    g_array_append_val (record->fields, field);
    g_array_append_val (record->words, word);
  }
}

static void
add_padding (Record *record, guint count)
{
  static const gint word = GST_SSIO_TEXT_SKIPPED;
  guint i;

  for (i = 0; i < count; i++)
    g_array_append_val (record->words, word);
}

static gboolean
add_field (const Header *header, Record *record, guint i)
{
  const gchar *name = header->entries[ENTRY_FIELDS].words[1 + i];
  gboolean is_padding = strcmp (name, "_") == 0;
  GstSsioPcdColumn column = { record->size, 0, is_padding };
  GstSsioType type;
  guint64 size, count;

  if (!get_number (header, ENTRY_SIZE, i, 1, is_padding ? MAX_RECORD_SIZE : 8,
          4, &size)
      || !get_number (header, ENTRY_COUNT, i, 1, MAX_RECORD_SIZE, 1, &count))
    return FALSE;
  if (size * count > MAX_RECORD_SIZE - record->size)
    return fail (header, header->line,
        "FIELDS, SIZE and COUNT: expected points of no more than %u bytes, "
        "found more; repair the header",
        MAX_RECORD_SIZE);
  if (is_padding) {
    add_padding (record, count);
  } else if (count > GST_SSIO_LAYOUT_MAX_FIELDS - record->fields->len) {
    return fail (header, header->line,
        "FIELDS and COUNT: expected no more than %d values a point, found "
        "more; write fewer fields",
        GST_SSIO_LAYOUT_MAX_FIELDS);
  } else if (get_type (header, i, size, &type)) {
    add_values (record, name, type, count);
  } else {
    return FALSE;
  }
  column.size = size * count;
  record->size += column.size;
  g_array_append_val (record->columns, column);
  return TRUE;
}

static gboolean
make_layout (const Header *header, Record *record, GstSsioFormatInfo *info)
{
  GError *error = NULL;
  guint i;

  for (i = 0; i < header->entries[ENTRY_FIELDS].n_values; i++) {
    if (!add_field (header, record, i))
      return FALSE;
  }
  info->layout = gst_ssio_layout_new ((GstSsioField *) record->fields->data,
      record->fields->len, record->size, &error);
  if (info->layout)
    return !header->input->layout
           || gst_ssio_layout_is_equal (header->input->layout, info->layout)
           || gst_ssio_format_refuse_layout (header->input, info->layout,
               header->error);
  fail (header, header->entries[ENTRY_FIELDS].line, "%s; repair the header",
      error->message);
  g_error_free (error);
  return FALSE;
}

static gboolean
count_points (const Header *header, guint64 *n_points)
{
  const Entry *entries = header->entries;
  guint64 width, height;

  if (!get_number (header, ENTRY_POINTS, 0, 0, G_MAXINT64, 0, n_points)
      || !get_number (header, ENTRY_WIDTH, 0, 0, G_MAXINT64, *n_points, &width)
      || !get_number (header, ENTRY_HEIGHT, 0, 0, G_MAXINT64, 1, &height))
    return FALSE;
  if (!entries[ENTRY_WIDTH].words
      && (entries[ENTRY_HEIGHT].words || !entries[ENTRY_POINTS].words))
    return fail (header, header->line,
        "the header ends without %s: expected the number of points, found "
        "none; repair the header",
        entries[ENTRY_HEIGHT].words ? "WIDTH" : "WIDTH or POINTS");
  if (!g_uint64_checked_mul (&width, width, height)
      || (entries[ENTRY_POINTS].words && width != *n_points))
    return fail (header, header->line,
        "WIDTH x HEIGHT is another number than POINTS: expected %s x %s "
        "points, found %s; repair the header",
        entries[ENTRY_WIDTH].words[1],
        entries[ENTRY_HEIGHT].words ? entries[ENTRY_HEIGHT].words[1] : "1",
        entries[ENTRY_POINTS].words ? entries[ENTRY_POINTS].words[1]
                                    : "more than 2^64");
  *n_points = width;
  return TRUE;
}

gboolean
gst_ssio_pcd_is_end (const GstSsioFormatInput *input, guint64 end,
    guint64 data_size)
{
  static const guint64 page_sizes[] = { 4096, 16384, 65536 };
  guint i;

  if (end == input->file_size)
    return TRUE;
  for (i = 0; i < G_N_ELEMENTS (page_sizes); i++) {
    if (end < input->file_size
        && input->file_size - data_size == page_sizes[i])
      return TRUE;
  }
  return FALSE;
}

static gboolean
find_data (const Header *header, const Record *record, GstSsioFormatInfo *info)
{
  const Entry *data = &header->entries[ENTRY_DATA];
  guint64 size, end;

  info->data_offset = header->at;
  if (strcmp (data->words[1], "ascii") == 0) {
    const GstSsioTextPoints points = { .layout = info->layout,
      .offset = header->at,
      .line = header->line + 1,
      .line_end = '\n',
      .n_points = info->n_points,
      .file_size = header->input->file_size,
      .words = (gint *) record->words->data,
      .n_words = record->words->len };

    info->decoder = gst_ssio_text_points_new (header->input->path, &points,
        header->error);
    return info->decoder != NULL;
  }
  if (strcmp (data->words[1], "binary_compressed") == 0) {
    info->decoder = gst_ssio_pcd_lzf_new (header->input, info,
        (GstSsioPcdColumn *) record->columns->data, record->columns->len,
        header->error);
    return info->decoder != NULL;
  }
  if (strcmp (data->words[1], "binary") != 0)
    return fail_word (header, data->line, "DATA", data->words[1],
        "ascii, binary or binary_compressed");
  info->has_more = g_uint64_checked_mul (&size, info->n_points, record->size)
                   && g_uint64_checked_add (&end, size, info->data_offset)
                   && gst_ssio_pcd_is_end (header->input, end, size);
  return TRUE;
}

static void
clear_field (gpointer field)
{
  g_free ((gchar *) ((GstSsioField *) field)->name);
}

static gboolean
judge (const Header *header, GstSsioFormatInfo *info)
{
  Record record = { 0 };
  gboolean ok;

  record.fields = g_array_new (FALSE, FALSE, sizeof (GstSsioField));
  g_array_set_clear_func (record.fields, clear_field);
  record.columns = g_array_new (FALSE, FALSE, sizeof (GstSsioPcdColumn));
  record.words = g_array_new (FALSE, FALSE, sizeof (gint));
  ok = check_entries (header) && make_layout (header, &record, info)
       && count_points (header, &info->n_points)
       && find_data (header, &record, info);
  g_array_unref (record.fields);
  g_array_unref (record.columns);
  g_array_unref (record.words);
  if (!ok)
    gst_ssio_format_info_clear (info);
  return ok;
}

gboolean
gst_ssio_format_parse_pcd (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  Header header = { .input = input, .error = error };
  gboolean ok = read_entries (&header) && judge (&header, info);
  gint i;

  for (i = 0; i < N_ENTRIES; i++)
    g_strfreev (header.entries[i].words);
  return ok;
}
