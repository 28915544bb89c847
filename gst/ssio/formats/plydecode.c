/* SPDX-License-Identifier: MIT */
/* Records from PLY's text and from its big-endian binary. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "blocks.h"
#include "ply.h"

/* How many points lie between two whose places are kept. */
#define INDEX_STEP 1024

typedef struct {
  GstSsioDecoder parent;
  GstSsioLayout *layout;
  guint64 n_points;
  gboolean has_more;
  gchar line_end;
  GstSsioBlocks blocks;
  guint64 next_point; /* the one at the blocks' position */
  GArray *index;      /* guint64: where points 0, INDEX_STEP, ... are */
} TextDecoder;

typedef enum {
  VALUE_OK,
  VALUE_NO_NUMBER,
  VALUE_OUT_OF_RANGE,
} Verdict;

static guint64
largest_magnitude (GstSsioType type, gboolean is_negative)
{
  guint bits = 8 * gst_ssio_type_get_size (type);

  if (gst_ssio_ply_type_is_signed (type))
    return ((guint64) 1 << (bits - 1)) - !is_negative;
  return is_negative ? 0 : G_MAXUINT64 >> (64 - bits);
}

static Verdict
parse_integer (const gchar *word, GstSsioType type, guint8 *value)
{
  gboolean is_negative = *word == '-';
  guint64 limit = largest_magnitude (type, is_negative);
  guint64 magnitude = 0;
  Verdict verdict = VALUE_OK;

  if (*word == '-' || *word == '+')
    word++;
  if (!*word)
    return VALUE_NO_NUMBER;
  for (; *word; word++) {
    guint digit = *word - '0';

    if (!g_ascii_isdigit (*word))
      return VALUE_NO_NUMBER;
    if (digit > limit || magnitude > (limit - digit) / 10)
      verdict = VALUE_OUT_OF_RANGE;
    else
      magnitude = magnitude * 10 + digit;
  }
  if (is_negative)
    magnitude = -magnitude;
  magnitude = GUINT64_TO_LE (magnitude);
  memcpy (value, &magnitude, gst_ssio_type_get_size (type));
  return verdict;
}

/* "inf" and "nan" are numbers, what overflows to infinity is none. */
static Verdict
parse_float (const gchar *word, const gchar *word_end, GstSsioType type,
    guint8 *value)
{
  gboolean is_infinity = strpbrk (word, "iI") != NULL;
  gchar *end;
  gdouble number = g_ascii_strtod (word, &end);
  gfloat single = number;

  /* hexadecimal is none of PLY's */
  if (end != word_end || strpbrk (word, "xX"))
    return VALUE_NO_NUMBER;
  if (type == GST_SSIO_TYPE_F8)
    memcpy (value, &number, sizeof (number));
  else
    memcpy (value, &single, sizeof (single));
  return isinf (type == GST_SSIO_TYPE_F8 ? number : single) && !is_infinity
             ? VALUE_OUT_OF_RANGE
             : VALUE_OK;
}

/* A zero byte in the word would end it early, which word_end shows. */
static Verdict
parse_value (const gchar *word, const gchar *word_end, GstSsioType type,
    guint8 *value)
{
  if (type == GST_SSIO_TYPE_F4 || type == GST_SSIO_TYPE_F8)
    return parse_float (word, word_end, type, value);
  if (strlen (word) != (gsize) (word_end - word))
    return VALUE_NO_NUMBER;
  return parse_integer (word, type, value);
}

G_GNUC_PRINTF (3, 4)
static gboolean
fail_line (TextDecoder *decoder, GError **error, const gchar *format, ...)
{
  gchar *place = g_strdup_printf ("%s: point %" G_GUINT64_FORMAT
                                  ", whose line ends before byte "
                                  "%" G_GUINT64_FORMAT,
      decoder->blocks.path, decoder->next_point, decoder->blocks.position);
  va_list args;

  va_start (args, format);
  gst_ssio_ply_set_error (error, GST_STREAM_ERROR_DECODE, place, format, args);
  va_end (args);
  g_free (place);
  return FALSE;
}

static gboolean
fail_value (TextDecoder *decoder, const GstSsioField *field, const gchar *word,
    Verdict verdict, GError **error)
{
  gchar *start = g_strndup (word, 32);
  gchar *printable = g_strescape (start, NULL);

  fail_line (decoder, error,
      "property \"%s\": expected %s of type %s, found %s\"%s\"", field->name,
      field->type == GST_SSIO_TYPE_F4 || field->type == GST_SSIO_TYPE_F8
          ? "a number"
          : "an integer",
      gst_ssio_type_to_string (field->type),
      verdict == VALUE_OUT_OF_RANGE ? "out of its range " : "", printable);
  g_free (printable);
  g_free (start);
  return FALSE;
}

static gchar *
skip_blanks (gchar *at, const gchar *end)
{
  while (at < end && g_ascii_isspace (*at))
    at++;
  return at;
}

static gchar *
skip_word (gchar *at, const gchar *end)
{
  while (at < end && !g_ascii_isspace (*at))
    at++;
  return at;
}

static gboolean
parse_line (TextDecoder *decoder, gchar *line, gsize length, guint8 *point,
    GError **error)
{
  guint n_fields = gst_ssio_layout_get_n_fields (decoder->layout);
  gchar *end = line + length;
  gchar *word = line;
  guint i;

  for (i = 0; i < n_fields; i++) {
    const GstSsioField *field = gst_ssio_layout_get_field (decoder->layout, i);
    gchar *word_end;
    gchar after;
    Verdict verdict;

    word = skip_blanks (word, end);
    word_end = skip_word (word, end);
    if (word == word_end)
      return fail_line (decoder, error, "expected %u values, found %u",
          n_fields, i);
    /* a string for a moment: the block stays as it was read */
    after = *word_end;
    *word_end = '\0';
    verdict = parse_value (word, word_end, field->type, point + field->offset);
    if (verdict != VALUE_OK)
      fail_value (decoder, field, word, verdict, error);
    *word_end = after;
    if (verdict != VALUE_OK)
      return FALSE;
    word = word_end;
  }
  if (skip_blanks (word, end) < end)
    return fail_line (decoder, error,
        "expected %u values, found more; repair the line", n_fields);
  return TRUE;
}

/* After a point's line. */
static void
move_on (TextDecoder *decoder)
{
  decoder->next_point++;
  if (decoder->next_point == (guint64) decoder->index->len * INDEX_STEP)
    g_array_append_val (decoder->index, decoder->blocks.position);
}

static gboolean
fail_at_end (TextDecoder *decoder, GError **error)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "%s: expected the lines of %" G_GUINT64_FORMAT
      " points, found %" G_GUINT64_FORMAT
      " before the file ends at byte %" G_GUINT64_FORMAT
      "; the file is damaged or was not written to its end",
      decoder->blocks.path, decoder->n_points, decoder->next_point,
      decoder->blocks.file_size);
  return FALSE;
}

static gboolean
move_to (TextDecoder *decoder, guint64 point, GError **error)
{
  guint64 known = MIN (point / INDEX_STEP, decoder->index->len - 1);
  gboolean found;

  if (decoder->next_point > point
      || decoder->next_point < known * INDEX_STEP) {
    decoder->next_point = known * INDEX_STEP;
    decoder->blocks.position = g_array_index (decoder->index, guint64, known);
  }
  while (decoder->next_point < point) {
    if (!gst_ssio_blocks_skip_line (&decoder->blocks, decoder->line_end,
            &found, error))
      return FALSE;
    if (!found)
      return fail_at_end (decoder, error);
    move_on (decoder);
  }
  return TRUE;
}

/* Nothing but other elements may follow the last point. */
static gboolean
check_end (TextDecoder *decoder, GError **error)
{
  if (decoder->has_more || decoder->next_point < decoder->n_points)
    return TRUE;
  if (!gst_ssio_blocks_skip_blanks (&decoder->blocks, error))
    return FALSE;
  if (decoder->blocks.position == decoder->blocks.file_size)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "%s: expected the file to end after %" G_GUINT64_FORMAT
      " points, found more at byte %" G_GUINT64_FORMAT
      "; the file is damaged, or its header is wrong",
      decoder->blocks.path, decoder->n_points, decoder->blocks.position);
  return FALSE;
}

static gboolean
decode_lines (TextDecoder *decoder, guint64 n_points, guint8 *points,
    GError **error)
{
  guint point_size = gst_ssio_layout_get_point_size (decoder->layout);
  gchar *line;
  gsize length;
  guint64 i;

  for (i = 0; i < n_points; i++) {
    if (!gst_ssio_blocks_read_line (&decoder->blocks, decoder->line_end, &line,
            &length, error))
      return FALSE;
    if (!line)
      return fail_at_end (decoder, error);
    if (!parse_line (decoder, line, length, points + i * point_size, error))
      return FALSE;
    move_on (decoder);
  }
  return check_end (decoder, error);
}

static gboolean
decode_text (GstSsioDecoder *parent, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  TextDecoder *decoder = (TextDecoder *) parent;
  gboolean ok;

  decoder->blocks.path = path;
  decoder->blocks.read = read;
  decoder->blocks.read_data = read_data;
  ok = move_to (decoder, first_point, error)
       && decode_lines (decoder, n_points, points, error);
  if (!ok) /* the position may be in the middle of a line */
    decoder->next_point = G_MAXUINT64;
  return ok;
}

static void
free_text (GstSsioDecoder *parent)
{
  TextDecoder *decoder = (TextDecoder *) parent;

  gst_ssio_blocks_clear (&decoder->blocks);
  g_array_unref (decoder->index);
  gst_ssio_layout_unref (decoder->layout);
  g_free (decoder);
}

GstSsioDecoder *
gst_ssio_ply_new_text_decoder (const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, gchar line_end)
{
  TextDecoder *decoder = g_new0 (TextDecoder, 1);

  decoder->parent.decode = decode_text;
  decoder->parent.free = free_text;
  decoder->layout = gst_ssio_layout_ref (info->layout);
  decoder->n_points = info->n_points;
  decoder->has_more = info->has_more;
  decoder->line_end = line_end;
  decoder->blocks.file_size = input->file_size;
  decoder->blocks.position = info->data_offset;
  decoder->index = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (decoder->index, info->data_offset);
  return &decoder->parent;
}

typedef struct {
  GstSsioDecoder parent;
  GstSsioLayout *layout;
  guint64 data_offset;
} SwappingDecoder;

/* Values lie at any address. */
#define SWAP_VALUE(bits, value) \
  G_STMT_START \
  { \
    guint##bits number; \
\
    memcpy (&number, value, sizeof (number)); \
    number = GUINT##bits##_SWAP_LE_BE (number); \
    memcpy (value, &number, sizeof (number)); \
  } \
  G_STMT_END

static void
swap_field (const GstSsioField *field, guint point_size, guint64 n_points,
    guint8 *points)
{
  guint size = gst_ssio_type_get_size (field->type);
  guint8 *value = points + field->offset;
  guint64 i;

  for (i = 0; i < n_points; i++, value += point_size) {
    if (size == 2)
      SWAP_VALUE (16, value);
    else if (size == 4)
      SWAP_VALUE (32, value);
    else if (size == 8)
      SWAP_VALUE (64, value);
  }
}

static gboolean
decode_swapping (GstSsioDecoder *parent, const gchar *path,
    GstSsioReadFunc read, gpointer read_data, guint64 first_point,
    guint64 n_points, guint8 *points, GError **error)
{
  SwappingDecoder *decoder = (SwappingDecoder *) parent;
  guint point_size = gst_ssio_layout_get_point_size (decoder->layout);
  guint64 offset = decoder->data_offset + first_point * point_size;
  guint i;

  if (!read (read_data, offset, points, n_points * point_size)) {
    gst_ssio_blocks_set_error (path, offset, n_points * point_size, error);
    return FALSE;
  }
  for (i = 0; i < gst_ssio_layout_get_n_fields (decoder->layout); i++)
    swap_field (gst_ssio_layout_get_field (decoder->layout, i), point_size,
        n_points, points);
  return TRUE;
}

static void
free_swapping (GstSsioDecoder *parent)
{
  SwappingDecoder *decoder = (SwappingDecoder *) parent;

  gst_ssio_layout_unref (decoder->layout);
  g_free (decoder);
}

GstSsioDecoder *
gst_ssio_ply_new_swapping_decoder (const GstSsioFormatInfo *info)
{
  SwappingDecoder *decoder = g_new0 (SwappingDecoder, 1);

  decoder->parent.decode = decode_swapping;
  decoder->parent.free = free_swapping;
  decoder->layout = gst_ssio_layout_ref (info->layout);
  decoder->data_offset = info->data_offset;
  return &decoder->parent;
}
