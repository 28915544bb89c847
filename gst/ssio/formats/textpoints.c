/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include "textnumber.h"
#include "textpoints.h"

/* The longest line, with its end. */
#define BLOCK_SIZE (1 << 20)

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
  guint64 file_size;
  gboolean has_more;
  Word *words;
  guint n_words;

  GArray *marks; /* Place of each row that MARK_DISTANCE divides */
  Place at;

  gchar *block; /* a zero byte follows it */
  guint64 block_offset;
  gsize block_size;
} TextPoints;

/* What one call of decode() was given. */
typedef struct {
  const gchar *path;
  GstSsioReadFunc read;
  gpointer read_data;
  GError **error;
} Source;

typedef struct {
  const gchar *start;
  const gchar *end;
  guint64 number;
} Line;

G_GNUC_PRINTF (3, 4)
static gboolean
fail (const Source *source, guint64 line, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (source->error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "%s: line %" G_GUINT64_FORMAT ": %s", source->path, line, text);
  g_free (text);
  return FALSE;
}

static gboolean
fail_reading (const Source *source, guint64 offset, gint number)
{
  g_set_error (source->error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: cannot read byte %" G_GUINT64_FORMAT
      " on: %s; check the disk it is on, and that nobody changes the file",
      source->path, offset,
      number ? g_strerror (number) : "the file ends before them");
  return FALSE;
}

/* Has the block start at @offset. */
static gboolean
read_block (TextPoints *self, const Source *source, guint64 offset)
{
  gsize size = MIN (BLOCK_SIZE, self->file_size - offset);

  if (!self->block)
    self->block = g_malloc (BLOCK_SIZE + 1);
  self->block_size = 0;
  if (!source->read (source->read_data, offset, (guint8 *) self->block, size))
    return fail_reading (source, offset, errno);
  self->block[size] = '\0';
  self->block_offset = offset;
  self->block_size = size;
  return TRUE;
}

/* Finds the line at the reader's place in the block, where all of it is. */
static gboolean
find_line (const TextPoints *self, Line *line)
{
  guint64 block_end = self->block_offset + self->block_size;

  if (self->at.offset < self->block_offset || self->at.offset >= block_end)
    return FALSE;
  line->start = self->block + (self->at.offset - self->block_offset);
  line->end = memchr (line->start, '\n',
      self->block + self->block_size - line->start);
  line->number = self->at.line;
  if (!line->end && block_end == self->file_size)
    line->end = self->block + self->block_size;
  return line->end != NULL;
}

/* Takes the next line, blank or not, whose end of line it leaves out. */
static gboolean
take_line (TextPoints *self, const Source *source, Line *line)
{
  if (!find_line (self, line)) {
    if (!read_block (self, source, self->at.offset))
      return FALSE;
    if (!find_line (self, line))
      return fail (source, self->at.line,
          "is too long: expected its end within %d bytes, found none; this is "
          "no text of points, or has too many values a point",
          BLOCK_SIZE);
  }
  self->at.offset = self->block_offset + (line->end - self->block);
  if (self->at.offset < self->file_size)
    self->at.offset++;
  self->at.line++;
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

/* Takes the next line that is not blank; at the file's end it leaves NULL in
 * it. */
static gboolean
take_row (TextPoints *self, const Source *source, Line *line)
{
  line->start = NULL;
  while (self->at.offset < self->file_size) {
    if (!take_line (self, source, line))
      return FALSE;
    line->start = skip_blanks (line->start, line->end);
    if (line->start < line->end)
      break;
    line->start = NULL;
  }
  return TRUE;
}

static gboolean
next_row (TextPoints *self, const Source *source, Line *line)
{
  if (!take_row (self, source, line))
    return FALSE;
  if (!line->start)
    return fail (source, self->at.line,
        "the file ends here: expected %" G_GUINT64_FORMAT
        " lines of points, as its header says, found %" G_GUINT64_FORMAT
        "; it was not written to its end, or its header is wrong",
        self->end_row - self->first_row,
        self->at.row - MIN (self->at.row, self->first_row));
  self->at.row++;
  if (self->at.row == (guint64) self->marks->len * MARK_DISTANCE)
    g_array_append_val (self->marks, self->at);
  return TRUE;
}

static gboolean
go_to_row (TextPoints *self, const Source *source, guint64 row)
{
  guint64 mark = MIN (row / MARK_DISTANCE, self->marks->len - 1);
  const Place *place = &g_array_index (self->marks, Place, mark);
  Line line;

  if (self->at.row > row || self->at.row < place->row)
    self->at = *place;
  while (self->at.row < row) {
    if (!next_row (self, source, &line))
      return FALSE;
  }
  return TRUE;
}

static gboolean
fail_word (const TextPoints *self, const Source *source, const Line *line,
    const Word *word, const gchar *text, gsize length,
    GstSsioTextNumber problem)
{
  const GstSsioField *field
      = gst_ssio_layout_get_field (self->layout, word->field);
  gchar *found = g_strndup (text, MIN (length, 40));
  gchar *printable = g_strescape (found, NULL);

  fail (source, line->number,
      "field \"%s\": expected a %s of type %s, found \"%s\"%s; repair the "
      "line, or give the field another type in the header",
      field->name,
      field->type == GST_SSIO_TYPE_F4 || field->type == GST_SSIO_TYPE_F8
          ? "number"
          : "whole number",
      gst_ssio_type_to_string (field->type), printable,
      problem == GST_SSIO_TEXT_NUMBER_OUT_OF_RANGE ? ", which is out of range"
                                                   : "");
  g_free (printable);
  g_free (found);
  return FALSE;
}

static gboolean
has_lists (const TextPoints *self)
{
  guint i;

  for (i = 0; i < self->n_words; i++) {
    if (self->words[i].field == GST_SSIO_TEXT_LIST)
      return TRUE;
  }
  return FALSE;
}

static gboolean
fail_count (const TextPoints *self, const Source *source, const Line *line)
{
  const gchar *text = line->start;
  guint n_found = 0;

  while (text < line->end) {
    text = skip_blanks (skip_word (text, line->end), line->end);
    n_found++;
  }
  return fail (source, line->number,
      "expected %u values%s, found %u; repair the line", self->n_words,
      has_lists (self) ? " and those of lists" : "", n_found);
}

/* Skips the words that a list's first one announces; NULL where it does not
 * announce any. */
static const gchar *
skip_list (const gchar *text, const gchar *end)
{
  const gchar *word_end = skip_word (text, end);
  guint32 n;

  if (gst_ssio_text_number_parse (text, word_end - text, GST_SSIO_TYPE_U4,
          (guint8 *) &n)
      != GST_SSIO_TEXT_NUMBER_OK)
    return NULL;
  for (; n > 0; n--) {
    text = skip_blanks (word_end, end);
    if (text == end)
      return NULL;
    word_end = skip_word (text, end);
  }
  return word_end;
}

static gboolean
parse_line (const TextPoints *self, const Source *source, const Line *line,
    guint8 *record)
{
  const gchar *text = line->start;
  guint i;

  for (i = 0; i < self->n_words; i++) {
    const Word *word = &self->words[i];
    const gchar *end = skip_word (text, line->end);

    if (text == line->end)
      return fail_count (self, source, line);
    if (word->field >= 0) {
      GstSsioTextNumber problem = gst_ssio_text_number_parse (text, end - text,
          word->type, record + word->offset);

      if (problem != GST_SSIO_TEXT_NUMBER_OK)
        return fail_word (self, source, line, word, text, end - text, problem);
    } else if (word->field == GST_SSIO_TEXT_LIST) {
      end = skip_list (text, line->end);
      if (!end)
        return fail_count (self, source, line);
    }
    text = skip_blanks (end, line->end);
  }
  return text == line->end || fail_count (self, source, line);
}

static gboolean
check_end (TextPoints *self, const Source *source)
{
  Line line;

  if (self->has_more)
    return TRUE;
  if (!take_row (self, source, &line))
    return FALSE;
  if (!line.start)
    return TRUE;
  return fail (source, line.number,
      "a line follows the points: expected %" G_GUINT64_FORMAT
      " lines of points, as its header says, found more; repair the header",
      self->end_row - self->first_row);
}

static gboolean
decode (GstSsioDecoder *decoder, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  TextPoints *self = (TextPoints *) decoder;
  Source source = { path, read, read_data, error };
  Line line;
  guint64 i;

  if (!go_to_row (self, &source, self->first_row + first_point))
    return FALSE;
  memset (points, 0, n_points * self->point_size);
  for (i = 0; i < n_points; i++) {
    if (!next_row (self, &source, &line)
        || !parse_line (self, &source, &line, points + i * self->point_size))
      return FALSE;
  }
  return self->at.row < self->end_row || check_end (self, &source);
}

static void
text_points_free (GstSsioDecoder *decoder)
{
  TextPoints *self = (TextPoints *) decoder;

  gst_ssio_layout_unref (self->layout);
  g_array_unref (self->marks);
  g_free (self->words);
  g_free (self->block);
  g_free (self);
}

/* A word takes a byte and one between it and the next: headers that promise
 * more than the file can hold are refused before anything is made of them. */
static gboolean
check_size (const gchar *path, const GstSsioTextPoints *points, GError **error)
{
  guint64 available = points->file_size - points->offset;
  guint64 needed;

  if (g_uint64_checked_mul (&needed, points->n_points, 2 * points->n_words)
      && needed <= available + 1)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: its header says %" G_GUINT64_FORMAT
      " points of %u values from byte %" G_GUINT64_FORMAT
      " on: expected 2 bytes a value or more, found %" G_GUINT64_FORMAT
      " bytes; the file is damaged or was not written to its end",
      path, points->n_points, points->n_words, points->offset, available);
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
  self->file_size = points->file_size;
  self->has_more = points->has_more;
  self->words = make_words (points);
  self->n_words = points->n_words;
  self->at.offset = points->offset;
  self->at.line = points->line;
  self->marks = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_append_val (self->marks, self->at);
  return &self->parent;
}
