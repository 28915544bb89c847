/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "blocks.h"
#include "textnumber.h"
#include "textpoints.h"

/* One line in so many has its place kept, so that a jump reads no more lines
 * than these, and the places of a billion points take megabytes. */
#define MARK_DISTANCE 1024

/* Lines are counted as rows, from the first skipped one on, without those
 * that are blank. */
typedef struct {
  guint64 row;
  guint64 offset;
  guint64 line;
} Place;

typedef struct {
  gint field;
  GstSsioType type;
  guint offset;
} Word;

typedef struct {
  GstSsioDecoder parent;
  GstSsioLayout *layout;
  guint point_size;
  guint64 first_row; /* of the points */
  guint64 end_row;
  gboolean has_more;
  gchar line_end;
  Word *words;
  guint n_words;

  GArray *marks; /* Place of each row that MARK_DISTANCE divides */
  GstSsioBlocks blocks;
  guint64 row; /* the one at the blocks' position */
  guint64 line;
} TextPoints;

typedef struct {
  const gchar *start;
  const gchar *end;
  guint64 number;
} Line;

G_GNUC_PRINTF (4, 5)
static gboolean
fail (const TextPoints *self, guint64 line, GError **error,
    const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "%s: line %" G_GUINT64_FORMAT ": %s", self->blocks.path, line, text);
  g_free (text);
  return FALSE;
}

static gboolean
fail_at_end (const TextPoints *self, GError **error)
{
  return fail (self, self->line, error,
      "the file ends here: expected %" G_GUINT64_FORMAT
      " lines of points, as its header says, found %" G_GUINT64_FORMAT
      "; it was not written to its end, or its header is wrong",
      self->end_row - self->first_row,
      self->row - MIN (self->row, self->first_row));
}

/* Moves to the next row's first byte, or the file's end. */
static gboolean
skip_blank_lines (TextPoints *self, GError **error)
{
  const guint8 *bytes;
  gsize n_bytes, i;

  do {
    bytes = gst_ssio_blocks_peek (&self->blocks, 1, &n_bytes, error);
    if (!bytes)
      return FALSE;
    for (i = 0; i < n_bytes && g_ascii_isspace (bytes[i]); i++)
      self->line += bytes[i] == self->line_end;
    self->blocks.position += i;
  } while (n_bytes > 0 && i == n_bytes);
  return TRUE;
}

static gboolean
is_at_end (const TextPoints *self)
{
  return self->blocks.position == self->blocks.file_size;
}

/* After a row, which may lack an end where the file has its own. */
static void
move_on (TextPoints *self, gboolean has_end)
{
  Place place;

  self->line += has_end;
  self->row++;
  if (self->row < (guint64) self->marks->len * MARK_DISTANCE)
    return;
  place = (Place){ self->row, self->blocks.position, self->line };
  g_array_append_val (self->marks, place);
}

/* A row that nobody needs may be longer than a block. */
static gboolean
skip_row (TextPoints *self, GError **error)
{
  const guint8 *bytes, *end;
  gsize n_bytes;

  if (!skip_blank_lines (self, error))
    return FALSE;
  if (is_at_end (self))
    return fail_at_end (self, error);
  do {
    bytes = gst_ssio_blocks_peek (&self->blocks, 1, &n_bytes, error);
    if (!bytes)
      return FALSE;
    end = memchr (bytes, self->line_end, n_bytes);
    self->blocks.position += end ? (gsize) (end + 1 - bytes) : n_bytes;
  } while (!end && n_bytes > 0);
  move_on (self, end != NULL);
  return TRUE;
}

/* Takes the row at the position, without the end of its line, which the file's
 * own stands for where it has none. */
static gboolean
take_row (TextPoints *self, Line *line, GError **error)
{
  const guint8 *bytes, *end;
  gsize n_bytes;

  bytes = gst_ssio_blocks_peek (&self->blocks, 1, &n_bytes, error);
  if (!bytes)
    return FALSE;
  end = memchr (bytes, self->line_end, n_bytes);
  if (!end) {
    bytes = gst_ssio_blocks_peek (&self->blocks, GST_SSIO_BLOCK_BYTES,
        &n_bytes, error);
    if (!bytes)
      return FALSE;
    end = memchr (bytes, self->line_end, n_bytes);
  }
  if (!end && self->blocks.position + n_bytes < self->blocks.file_size)
    return fail (self, self->line, error,
        "is too long: expected its end within %d bytes, found none; this is "
        "no text of points, or has too many values a point",
        GST_SSIO_BLOCK_BYTES);
  line->start = (const gchar *) bytes;
  line->end = (const gchar *) (end ? end : bytes + n_bytes);
  line->number = self->line;
  self->blocks.position += line->end - line->start + (end ? 1 : 0);
  move_on (self, end != NULL);
  return TRUE;
}

static gboolean
next_row (TextPoints *self, Line *line, GError **error)
{
  if (!skip_blank_lines (self, error))
    return FALSE;
  return is_at_end (self) ? fail_at_end (self, error)
                          : take_row (self, line, error);
}

static gboolean
go_to_row (TextPoints *self, guint64 row, GError **error)
{
  guint64 mark = MIN (row / MARK_DISTANCE, self->marks->len - 1);
  const Place *place = &g_array_index (self->marks, Place, mark);

  if (self->row > row || self->row < place->row) {
    self->row = place->row;
    self->line = place->line;
    self->blocks.position = place->offset;
  }
  while (self->row < row) {
    if (!skip_row (self, error))
      return FALSE;
  }
  return TRUE;
}

static const gchar *
skip_blanks (const gchar *text, const gchar *end)
{
  while (text < end && g_ascii_isspace (*text))
    text++;
  return text;
}

static const gchar *
skip_word (const gchar *text, const gchar *end)
{
  while (text < end && !g_ascii_isspace (*text))
    text++;
  return text;
}

static const gchar *
get_reason (const gchar *text, gsize length, GstSsioTextNumber problem)
{
  if (problem == GST_SSIO_TEXT_NUMBER_OUT_OF_RANGE)
    return ", which is out of range";
  return memchr (text, '\0', length) ? " before a zero byte" : "";
}

static gboolean
fail_word (const TextPoints *self, const Line *line, const Word *word,
    const gchar *text, gsize length, GstSsioTextNumber problem, GError **error)
{
  const GstSsioField *field
      = gst_ssio_layout_get_field (self->layout, word->field);
  gchar *found = g_strndup (text, MIN (length, 40));
  gchar *printable = g_strescape (found, NULL);

  fail (self, line->number, error,
      "field \"%s\": expected a %s of type %s, found \"%s\"%s; repair the "
      "line, or give the field another type in the header",
      field->name,
      field->type == GST_SSIO_TYPE_F4 || field->type == GST_SSIO_TYPE_F8
          ? "number"
          : "whole number",
      gst_ssio_type_to_string (field->type), printable,
      get_reason (text, length, problem));
  g_free (printable);
  g_free (found);
  return FALSE;
}

static gboolean
fail_count (const TextPoints *self, const Line *line, GError **error)
{
  const gchar *text = line->start;
  guint n_found = 0;

  while (text < line->end) {
    text = skip_blanks (skip_word (text, line->end), line->end);
    n_found++;
  }
  return fail (self, line->number, error,
      "expected %u values, found %u; repair the line", self->n_words, n_found);
}

static gboolean
parse_line (const TextPoints *self, const Line *line, guint8 *record,
    GError **error)
{
  const gchar *text = line->start;
  guint i;

  for (i = 0; i < self->n_words; i++) {
    const Word *word = &self->words[i];
    const gchar *end = skip_word (text, line->end);

    if (text == line->end)
      return fail_count (self, line, error);
    if (word->field >= 0) {
      GstSsioTextNumber problem = gst_ssio_text_number_parse (text, end - text,
          word->type, record + word->offset);

      if (problem != GST_SSIO_TEXT_NUMBER_OK)
        return fail_word (self, line, word, text, end - text, problem, error);
    }
    text = skip_blanks (end, line->end);
  }
  return text == line->end || fail_count (self, line, error);
}

/* Nothing but what others may use follows the last point. */
static gboolean
check_end (TextPoints *self, GError **error)
{
  if (self->has_more || self->row < self->end_row)
    return TRUE;
  if (!skip_blank_lines (self, error))
    return FALSE;
  return is_at_end (self)
         || fail (self, self->line, error,
             "a line follows the points: expected %" G_GUINT64_FORMAT
             " lines of points, as its header says, found more; repair the "
             "header",
             self->end_row - self->first_row);
}

static gboolean
decode_rows (TextPoints *self, guint64 n_points, guint8 *points,
    GError **error)
{
  Line line;
  guint64 i;

  memset (points, 0, n_points * self->point_size);
  for (i = 0; i < n_points; i++) {
    if (!next_row (self, &line, error)
        || !parse_line (self, &line, points + i * self->point_size, error))
      return FALSE;
  }
  return check_end (self, error);
}

static gboolean
decode (GstSsioDecoder *decoder, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  TextPoints *self = (TextPoints *) decoder;
  gboolean ok;

  self->blocks.path = path;
  self->blocks.read = read;
  self->blocks.read_data = read_data;
  ok = go_to_row (self, self->first_row + first_point, error)
       && decode_rows (self, n_points, points, error);
  if (!ok) /* the position may be in the middle of a line */
    self->row = G_MAXUINT64;
  return ok;
}

static void
text_points_free (GstSsioDecoder *decoder)
{
  TextPoints *self = (TextPoints *) decoder;

  gst_ssio_layout_unref (self->layout);
  g_array_unref (self->marks);
  g_free (self->words);
  gst_ssio_blocks_clear (&self->blocks);
  g_free (self);
}

/* A word takes a byte and one between it and the next, and so does a line:
 * headers that promise more than the file can hold are refused before anything
 * is made of them. */
static gboolean
fits_file (const GstSsioTextPoints *points)
{
  guint64 available = points->file_size - points->offset;
  guint64 n;

  return g_uint64_checked_mul (&n, points->n_points, points->n_words)
         && g_uint64_checked_add (&n, n, points->n_skipped_lines)
         && n <= (available + 1) / 2;
}

static gboolean
check_size (const gchar *path, const GstSsioTextPoints *points, GError **error)
{
  gchar *others;

  if (fits_file (points))
    return TRUE;
  others = points->n_skipped_lines == 0
               ? g_strdup ("")
               : g_strdup_printf (", after %" G_GUINT64_FORMAT " other lines,",
                   points->n_skipped_lines);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: its header says %" G_GUINT64_FORMAT
      " points of %u values%s from byte %" G_GUINT64_FORMAT
      " on: expected 2 bytes a value or more, found %" G_GUINT64_FORMAT
      " bytes; the file is damaged or was not written to its end",
      path, points->n_points, points->n_words, others, points->offset,
      points->file_size - points->offset);
  g_free (others);
  return FALSE;
}

static Word *
make_words (const GstSsioTextPoints *points)
{
  Word *words = g_new0 (Word, points->n_words);
  guint i;

  for (i = 0; i < points->n_words; i++) {
    words[i].field = points->words[i];
    if (words[i].field >= 0) {
      const GstSsioField *field
          = gst_ssio_layout_get_field (points->layout, words[i].field);

      words[i].type = field->type;
      words[i].offset = field->offset;
    }
  }
  return words;
}

GstSsioDecoder *
gst_ssio_text_points_new (const gchar *path, const GstSsioTextPoints *points,
    GError **error)
{
  Place start = { 0, points->offset, points->line };
  TextPoints *self;

  if (!check_size (path, points, error))
    return NULL;
  self = g_new0 (TextPoints, 1);
  self->parent.decode = decode;
  self->parent.free = text_points_free;
  self->layout = gst_ssio_layout_ref ((GstSsioLayout *) points->layout);
  self->point_size = gst_ssio_layout_get_point_size (points->layout);
  self->first_row = points->n_skipped_lines;
  self->end_row = points->n_skipped_lines + points->n_points;
  self->has_more = points->has_more;
  self->words = make_words (points);
  self->n_words = points->n_words;
  self->line_end = points->line_end;
  self->blocks.file_size = points->file_size;
  self->blocks.position = start.offset;
  self->line = start.line;
  self->marks = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_append_val (self->marks, start);
  return &self->parent;
}
