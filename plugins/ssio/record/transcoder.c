/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/fieldvalue.h>
#include <math.h>

#include "transcoder.h"

/* Integers up to this are all there in double. */
#define MAX_EXACT 9007199254740992.0

/* All decimal numbers of 15 digits are told apart by this. */
#define TOLERANCE 0x1p-50

typedef struct _Step Step;

/* FALSE at the first point that would lose its value, which is counted. */
typedef gboolean (*StepFunc) (const Step *step, const guint8 *points,
    guint point_size, guint8 *records, guint record_size, gsize n_points,
    gsize *n_done);

struct _Step {
  StepFunc func;
  GstSsioField from;
  GstSsioField to;
  guint size;  /* of a copy */
  guint8 byte; /* of a constant */
};

struct _GstSsioTranscoder {
  guint point_size;
  guint record_size;
  GArray *steps;
};

GstSsioTranscoder *
gst_ssio_transcoder_new (guint point_size, guint record_size)
{
  GstSsioTranscoder *transcoder = g_new (GstSsioTranscoder, 1);

  transcoder->point_size = point_size;
  transcoder->record_size = record_size;
  transcoder->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  return transcoder;
}

void
gst_ssio_transcoder_free (GstSsioTranscoder *transcoder)
{
  g_array_unref (transcoder->steps);
  g_free (transcoder);
}

/* A size that is known compiles to a load and a store. */
#define COPY(size) \
  for (i = 0; i < n_points; i++) \
  memcpy (to + i * record_size, from + i * point_size, size)

static gboolean
copy (const Step *step, const guint8 *points, guint point_size,
    guint8 *records, guint record_size, gsize n_points, gsize *n_done)
{
  const guint8 *from = points + step->from.offset;
  guint8 *to = records + step->to.offset;
  gsize i;

  switch (step->size) {
  case 1:
    COPY (1);
    break;
  case 2:
    COPY (2);
    break;
  case 4:
    COPY (4);
    break;
  case 8:
    COPY (8);
    break;
  default:
    COPY (step->size);
    break;
  }
  return TRUE;
}

static gboolean
put_constant (const Step *step, const guint8 *points, guint point_size,
    guint8 *records, guint record_size, gsize n_points, gsize *n_done)
{
  gsize i;

  for (i = 0; i < n_points; i++)
    records[i * record_size + step->to.offset] = step->byte;
  return TRUE;
}

/* The range of what is stored of an integer, as far as it is one of gint64. */
static void
get_range (const GstSsioField *field, gint64 *min, gint64 *max)
{
  guint bits = 8 * gst_ssio_type_get_size (field->type);
  gboolean is_signed
      = field->mask == 0 && gst_ssio_type_is_signed (field->type);
  guint64 largest = field->mask != 0 ? field->mask >> field->shift
                                     : G_MAXUINT64 >> (64 - bits + is_signed);

  *max = MIN (largest, G_MAXINT64);
  *min = is_signed ? -*max - 1 : 0;
}

/* Of little-endian integers, the lower bytes are the lower bits. Bit fields of
 * one byte add up. */
static inline void
store (const GstSsioField *field, guint size, guint8 *record, guint64 stored)
{
  guint8 *bytes = record + field->offset;
  guint64 there = 0;

  if (field->mask != 0) {
    memcpy (&there, bytes, size);
    stored = (stored << field->shift & field->mask) | there;
  }
  memcpy (bytes, &stored, size);
}

static gboolean
put_stored (const Step *step, const guint8 *points, guint point_size,
    guint8 *records, guint record_size, gsize n_points, gsize *n_done)
{
  gboolean is_huge
      = step->from.mask != 0 || step->from.type == GST_SSIO_TYPE_U8;
  guint size = gst_ssio_type_get_size (step->to.type);
  gint64 min, max;
  gsize i;

  get_range (&step->to, &min, &max);
  for (i = 0; i < n_points; i++) {
    gint64 stored
        = gst_ssio_field_read_stored (&step->from, points + i * point_size);

    if (stored < min || stored > max || (is_huge && stored < 0)) {
      *n_done = i;
      return FALSE;
    }
    store (&step->to, size, records + i * record_size, stored);
  }
  return TRUE;
}

/* A decimal number is seldom a multiple of a decimal scale to the last bit. */
static gboolean
is_same (gdouble value, gdouble back, gdouble origin, gboolean is_float32)
{
  if (is_float32)
    return (gfloat) back == (gfloat) value;
  return fabs (back - value) <= TOLERANCE * MAX (fabs (value), fabs (origin));
}

gboolean
gst_ssio_field_holds_value (const GstSsioField *field, gdouble value,
    gboolean is_float32, gint64 *stored)
{
  gdouble nearest = rint ((value - field->origin) / field->scale);
  gdouble back = nearest * field->scale + field->origin;
  gint64 min, max;

  get_range (field, &min, &max);
  if (!(nearest >= min && nearest <= max)
      || !is_same (value, back, field->origin, is_float32))
    return FALSE;
  *stored = nearest;
  return TRUE;
}

static gboolean
put_value (const Step *step, const guint8 *points, guint point_size,
    guint8 *records, guint record_size, gsize n_points, gsize *n_done)
{
  gboolean is_float32 = step->from.type == GST_SSIO_TYPE_F4
                        && step->from.scale == 1 && step->from.origin == 0;
  guint size = gst_ssio_type_get_size (step->to.type);
  gsize i;

  for (i = 0; i < n_points; i++) {
    gdouble value
        = gst_ssio_field_read_value (&step->from, points + i * point_size);
    gint64 stored;

    if (!gst_ssio_field_holds_value (&step->to, value, is_float32, &stored)) {
      *n_done = i;
      return FALSE;
    }
    store (&step->to, size, records + i * record_size, stored);
  }
  return TRUE;
}

/* Into a double, which holds all but long integers. */
static gboolean
put_double (const Step *step, const guint8 *points, guint point_size,
    guint8 *records, guint record_size, gsize n_points, gsize *n_done)
{
  gboolean is_long = step->from.type == GST_SSIO_TYPE_I8
                     || step->from.type == GST_SSIO_TYPE_U8;
  gsize i;

  for (i = 0; i < n_points; i++) {
    gdouble value
        = gst_ssio_field_read_value (&step->from, points + i * point_size);

    if (is_long && fabs (value) > MAX_EXACT) {
      *n_done = i;
      return FALSE;
    }
    memcpy (records + i * record_size + step->to.offset, &value,
        sizeof (value));
  }
  return TRUE;
}

static gboolean
same_unit (const GstSsioField *a, const GstSsioField *b)
{
  return a->scale == b->scale && a->origin == b->origin;
}

static StepFunc
choose_func (const GstSsioField *from, const GstSsioField *to)
{
  if (from->type == to->type && from->mask == 0 && to->mask == 0
      && same_unit (from, to))
    return copy;
  if (gst_ssio_type_is_float (to->type))
    return put_double;
  return !gst_ssio_type_is_float (from->type) && same_unit (from, to)
             ? put_stored
             : put_value;
}

void
gst_ssio_transcoder_add (GstSsioTranscoder *transcoder,
    const GstSsioField *from, const GstSsioField *to)
{
  const Step step = {
    .func = choose_func (from, to),
    .from = *from,
    .to = *to,
    .size = gst_ssio_type_get_size (to->type),
  };

  g_array_append_val (transcoder->steps, step);
}

void
gst_ssio_transcoder_add_constant (GstSsioTranscoder *transcoder, guint offset,
    guint8 byte)
{
  const Step step = {
    .func = put_constant,
    .to = { .offset = offset },
    .byte = byte,
  };

  g_array_append_val (transcoder->steps, step);
}

/* Bit fields of one byte are not joined: who has all of them says so. */
static gboolean
stays (const Step *step)
{
  return step->func != put_constant && step->from.type == step->to.type
         && step->from.offset == step->to.offset
         && step->from.mask == step->to.mask
         && step->from.shift == step->to.shift
         && same_unit (&step->from, &step->to);
}

gboolean
gst_ssio_transcoder_is_copy (const GstSsioTranscoder *transcoder)
{
  guint i;

  for (i = 0; i < transcoder->steps->len; i++) {
    if (!stays (&g_array_index (transcoder->steps, Step, i)))
      return FALSE;
  }
  return transcoder->point_size == transcoder->record_size;
}

/* Only where rounding is all that it takes: what is out of range would be cut
 * off. NULL where it is not; free with g_free(). */
static gchar *
advise (const Step *step, gdouble value)
{
  const GstSsioField *to = &step->to;
  gint64 min, max;

  get_range (to, &min, &max);
  value = rint ((value - to->origin) / to->scale);
  if (!gst_ssio_type_is_float (to->type) && !(value >= min && value <= max))
    return NULL;
  return g_strdup_printf (", or round them before: ssioconvert lossy=true "
                          "fields=...,%s:%s*%.15g%+.15g",
      step->from.name, gst_ssio_type_to_string (to->type), to->scale,
      to->origin);
}

static gboolean
fail (const Step *step, const guint8 *point, guint64 index, GError **error)
{
  gdouble value = gst_ssio_field_read_value (&step->from, point);
  gchar *advice = advise (step, value);

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s of point %" G_GUINT64_FORMAT
      " would be lost: found %.17g, expected a value of %s with the scale "
      "%.15g and the offset %.15g; record as .bin, which keeps all values as "
      "they are%s",
      step->from.name, index, value, gst_ssio_type_to_string (step->to.type),
      step->to.scale, step->to.origin, advice ? advice : "");
  g_free (advice);
  return FALSE;
}

gboolean
gst_ssio_transcoder_run (const GstSsioTranscoder *transcoder,
    const guint8 *points, gsize n_points, guint8 *records, guint64 first_point,
    GError **error)
{
  gsize n_done;
  guint i;

  memset (records, 0, n_points * transcoder->record_size);
  for (i = 0; i < transcoder->steps->len; i++) {
    const Step *step = &g_array_index (transcoder->steps, Step, i);

    if (!step->func (step, points, transcoder->point_size, records,
            transcoder->record_size, n_points, &n_done))
      return fail (step, points + n_done * transcoder->point_size,
          first_point + n_done, error);
  }
  return TRUE;
}
