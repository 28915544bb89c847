/* SPDX-License-Identifier: MIT */
/* ASPRS LAS, versions 1.0 to 1.4:
 * https://github.com/ASPRSorg/LAS, LAS 1.4 R15
 *
 * A header, variable length records (VLRs), the points, and since 1.4 extended
 * ones (EVLRs). The points are records that need no conversion: all there is
 * to do is to say where their fields are. LAZ and COPC have the same header
 * before compressed points. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <math.h>
#include <string.h>

#include "formats.h"
#include "lasbytes.h"
#include "lasfields.h"

#define DAMAGED "; the file is damaged, get it again"

/* Tools write a handful; a header may say 2^32. */
#define MAX_RECORDS 65536
#define MAX_EXTRA_BYTES_SIZE G_MAXUINT16

#define IS_COMPRESSED 128

typedef struct {
  const GstSsioFormatInput *input;
  GstSsioLasPart header;
  guint minor;
  guint header_size;
  guint offset_to_points;
  guint format;
  guint record_length;
  guint64 n_points;
  guint n_evlrs;
  guint64 start_of_evlrs;
  GArray *fields;            /* GstSsioField, names owned */
  guint64 extra_bytes_start; /* of their record's payload; 0 without one */
  GError **error;
} Las;

static gboolean
check_start (Las *las)
{
  const GstSsioFormatInput *input = las->input;
  const guint smallest = LAS_START_OF_WAVEFORMS;

  if (input->n_bytes < 4 || memcmp (input->bytes, "LASF", 4) != 0)
    return gst_ssio_las_fail (&las->header, 0, las->error,
        "expected LASF, found something else; it is no LAS file, name it "
        "after what it is");
  if (input->n_bytes < smallest)
    return gst_ssio_las_fail (&las->header, input->n_bytes, las->error,
        "the file ends in its header: expected at least %u bytes" DAMAGED,
        smallest);
  return TRUE;
}

/* The fields of the header that a version has. */
static guint
get_smallest_header (guint minor)
{
  static const guint sizes[] = { 227, 227, 227, 235, 375 };

  return sizes[minor];
}

static gboolean
read_version (Las *las)
{
  const guint8 *header = las->header.bytes;
  guint smallest;

  if (header[LAS_VERSION_MAJOR] != 1 || header[LAS_VERSION_MINOR] > 4)
    return gst_ssio_las_fail (&las->header, LAS_VERSION_MAJOR, las->error,
        "version %u.%u: expected 1.0 to 1.4; write it as LAS 1.4",
        header[LAS_VERSION_MAJOR], header[LAS_VERSION_MINOR]);
  las->minor = header[LAS_VERSION_MINOR];
  las->header_size = gst_ssio_las_read_uint (header + LAS_HEADER_SIZE, 2);
  smallest = get_smallest_header (las->minor);
  if (las->header_size < smallest)
    return gst_ssio_las_fail (&las->header, LAS_HEADER_SIZE, las->error,
        "a header of %u bytes: expected at least %u in version 1.%u" DAMAGED,
        las->header_size, smallest, las->minor);
  if (las->header_size > las->input->file_size
      || smallest > las->header.n_bytes)
    return gst_ssio_las_fail (&las->header, las->header.n_bytes, las->error,
        "the file ends in its header: expected at least %u bytes" DAMAGED,
        las->header_size);
  return TRUE;
}

static gboolean
is_record (const guint8 *record, const gchar *user_id, guint record_id)
{
  return strncmp ((const gchar *) record + LAS_USER_ID, user_id,
             LAS_USER_ID_LENGTH)
             == 0
         && gst_ssio_las_read_uint (record + LAS_RECORD_ID, 2) == record_id;
}

static gboolean
is_copc (const guint8 *record)
{
  return is_record (record, "copc", 1);
}

static gboolean
refuse_copc (Las *las, guint64 at)
{
  return gst_ssio_las_fail (&las->header, at, las->error,
      "this is a COPC file: expected LAS, found compressed points; decompress "
      "it: `pdal translate IN.copc.laz OUT.las`");
}

static gboolean
refuse_laz (Las *las, guint64 at)
{
  return gst_ssio_las_fail (&las->header, at, las->error,
      "this is a LAZ file: expected LAS, found compressed points; decompress "
      "it: `pdal translate IN.laz OUT.las` or `laszip -i IN.laz -o OUT.las`");
}

/* COPC is LAZ whose first VLR, which is right after the header, says so. */
static gboolean
check_compression (Las *las)
{
  if (!(las->header.bytes[LAS_POINT_FORMAT] & IS_COMPRESSED))
    return TRUE;
  if (las->header.n_bytes >= las->header_size + LAS_VLR_HEADER_SIZE
      && is_copc (las->header.bytes + las->header_size))
    return refuse_copc (las, las->header_size);
  return refuse_laz (las, LAS_POINT_FORMAT);
}

static gboolean
read_record_format (Las *las)
{
  const guint8 *header = las->header.bytes;
  guint shortest;

  las->format = header[LAS_POINT_FORMAT];
  las->record_length = gst_ssio_las_read_uint (header + LAS_RECORD_LENGTH, 2);
  las->offset_to_points
      = gst_ssio_las_read_uint (header + LAS_OFFSET_TO_POINTS, 4);
  if (las->format > GST_SSIO_LAS_MAX_FORMAT)
    return gst_ssio_las_fail (&las->header, LAS_POINT_FORMAT, las->error,
        "point format %u: expected 0 to %u; write it as LAS 1.4", las->format,
        GST_SSIO_LAS_MAX_FORMAT);
  shortest = gst_ssio_las_get_format_length (las->format);
  if (las->record_length < shortest)
    return gst_ssio_las_fail (&las->header, LAS_RECORD_LENGTH, las->error,
        "points of %u bytes: expected at least %u in format %u" DAMAGED,
        las->record_length, shortest, las->format);
  if (las->offset_to_points < las->header_size
      || las->offset_to_points > las->input->file_size)
    return gst_ssio_las_fail (&las->header, LAS_OFFSET_TO_POINTS, las->error,
        "points from byte %u on: expected %u, the header's end, to "
        "%" G_GUINT64_FORMAT ", the file's" DAMAGED,
        las->offset_to_points, las->header_size, las->input->file_size);
  return TRUE;
}

static gboolean
add_format_fields (Las *las)
{
  guint i;

  gst_ssio_las_add_format (las->fields, las->format);
  for (i = 0; i < 3; i++) {
    GstSsioField *field = &g_array_index (las->fields, GstSsioField, i);
    gsize nth = i * sizeof (gdouble);

    if (!gst_ssio_las_read_scale (&las->header, LAS_SCALES + nth, field->name,
            &field->scale, las->error)
        || !gst_ssio_las_read_origin (&las->header, LAS_ORIGINS + nth,
            field->name, &field->origin, las->error))
      return FALSE;
  }
  return TRUE;
}

/* Version 1.4 counts in 64 bits; the 32 of versions before may be left 0. */
static gboolean
read_n_points (Las *las)
{
  const guint8 *header = las->header.bytes;
  guint64 legacy = gst_ssio_las_read_uint (header + LAS_LEGACY_N_POINTS, 4);

  las->n_points = las->minor >= 4
                      ? gst_ssio_las_read_uint (header + LAS_N_POINTS, 8)
                      : legacy;
  if (las->n_points == 0)
    las->n_points = legacy;
  if (legacy != 0 && legacy != las->n_points)
    return gst_ssio_las_fail (&las->header, LAS_N_POINTS, las->error,
        "%" G_GUINT64_FORMAT " points: expected %" G_GUINT64_FORMAT
        " as the legacy number says, or that to be 0" DAMAGED,
        las->n_points, legacy);
  return TRUE;
}

/* The file's size does not tell where the points end if others follow. */
static gboolean
check_end_of_points (Las *las, guint at, const gchar *what)
{
  guint64 start = gst_ssio_las_read_uint (las->header.bytes + at, 8);

  if (start >= las->offset_to_points
      && (start - las->offset_to_points) / las->record_length >= las->n_points)
    return TRUE;
  return gst_ssio_las_fail (&las->header, at, las->error,
      "%s from byte %" G_GUINT64_FORMAT
      " on: expected them after %" G_GUINT64_FORMAT
      " points of %u bytes that start at byte %u" DAMAGED,
      what, start, las->n_points, las->record_length, las->offset_to_points);
}

static gboolean
has_waveforms (const Las *las)
{
  return las->minor >= 3
         && (las->header.bytes[LAS_GLOBAL_ENCODING] & LAS_HAS_WAVEFORMS);
}

static gboolean
read_what_follows (Las *las)
{
  const guint8 *header = las->header.bytes;

  if (las->minor >= 4) {
    las->n_evlrs = gst_ssio_las_read_uint (header + LAS_N_EVLRS, 4);
    las->start_of_evlrs
        = gst_ssio_las_read_uint (header + LAS_START_OF_EVLRS, 8);
  }
  if (las->n_evlrs > 0
      && !check_end_of_points (las, LAS_START_OF_EVLRS, "extended records"))
    return FALSE;
  return !has_waveforms (las)
         || gst_ssio_las_read_uint (header + LAS_START_OF_WAVEFORMS, 8) == 0
         || check_end_of_points (las, LAS_START_OF_WAVEFORMS, "waveforms");
}

static gboolean
read_bytes (Las *las, guint64 at, guint8 *bytes, gsize size)
{
  const GstSsioFormatInput *input = las->input;

  if (at <= input->n_bytes && size <= input->n_bytes - at) {
    memcpy (bytes, input->bytes + at, size);
    return TRUE;
  }
  if (input->read (input->read_data, at, bytes, size))
    return TRUE;
  g_set_error (las->error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: LAS, byte %" G_GUINT64_FORMAT ": cannot read %" G_GSIZE_FORMAT
      " bytes: %s; check the disk it is on",
      input->path, at, size,
      errno ? g_strerror (errno) : "the file ended meanwhile");
  return FALSE;
}

static gboolean
read_extra_bytes (Las *las, guint64 at, guint64 size)
{
  GstSsioLasPart payload = { .path = las->input->path, .offset = at };
  guint8 *bytes;
  gboolean ok;

  if (las->extra_bytes_start != 0)
    return gst_ssio_las_fail (&payload, 0, las->error,
        "a second Extra Bytes record: expected the one of byte %" G_GUINT64_FORMAT
        " only" DAMAGED,
        las->extra_bytes_start);
  if (size > MAX_EXTRA_BYTES_SIZE)
    return gst_ssio_las_fail (&payload, 0, las->error,
        "an Extra Bytes record of %" G_GUINT64_FORMAT
        " bytes: expected at most %u" DAMAGED,
        size, MAX_EXTRA_BYTES_SIZE);
  las->extra_bytes_start = at;
  bytes = g_malloc (size + 1);
  payload.bytes = bytes;
  payload.n_bytes = size;
  ok = read_bytes (las, at, bytes, size)
       && gst_ssio_las_add_extra_bytes (las->fields, &payload,
           gst_ssio_las_get_format_length (las->format), las->record_length,
           las->error);
  g_free (bytes);
  return ok;
}

/* record is a VLR's or an EVLR's header, payload where the rest is. */
static gboolean
take_record (Las *las, const guint8 *record, guint64 payload, guint64 size)
{
  if (is_copc (record))
    return refuse_copc (las, payload);
  if (is_record (record, "laszip encoded", 22204))
    return refuse_laz (las, payload);
  if (is_record (record, LAS_EXTRA_BYTES_USER_ID, LAS_EXTRA_BYTES_RECORD_ID))
    return read_extra_bytes (las, payload, size);
  return TRUE;
}

static gboolean
walk_records (Las *las, guint n_records, guint64 at, guint64 end,
    guint header_size)
{
  guint8 record[LAS_EVLR_HEADER_SIZE];
  guint64 size;
  guint i;

  for (i = 0; i < n_records; i++) {
    if (end - at < header_size)
      break;
    if (!read_bytes (las, at, record, header_size))
      return FALSE;
    size = header_size == LAS_EVLR_HEADER_SIZE
               ? gst_ssio_las_read_uint (record + LAS_LENGTH, 8)
               : gst_ssio_las_read_uint (record + LAS_LENGTH, 2);
    if (size > end - at - header_size)
      break;
    if (!take_record (las, record, at + header_size, size))
      return FALSE;
    at += header_size + size;
  }
  return i == n_records
         || gst_ssio_las_fail (&las->header, at, las->error,
             "variable length record %u of %u: expected it to end by byte "
             "%" G_GUINT64_FORMAT ", found it to go on" DAMAGED,
             i + 1, n_records, end);
}

static gboolean
check_n_records (Las *las, guint at)
{
  guint n = gst_ssio_las_read_uint (las->header.bytes + at, 4);

  return n <= MAX_RECORDS
         || gst_ssio_las_fail (&las->header, at, las->error,
             "%u variable length records: expected at most %u" DAMAGED, n,
             MAX_RECORDS);
}

static gboolean
read_vlrs (Las *las)
{
  return check_n_records (las, LAS_N_VLRS)
         && walk_records (las,
             gst_ssio_las_read_uint (las->header.bytes + LAS_N_VLRS, 4),
             las->header_size, las->offset_to_points, LAS_VLR_HEADER_SIZE);
}

static gboolean
read_evlrs (Las *las)
{
  if (las->n_evlrs == 0)
    return TRUE;
  if (las->start_of_evlrs > las->input->file_size)
    return gst_ssio_las_fail (&las->header, LAS_START_OF_EVLRS, las->error,
        "extended records from byte %" G_GUINT64_FORMAT
        " on: expected at most %" G_GUINT64_FORMAT ", the file's end" DAMAGED,
        las->start_of_evlrs, las->input->file_size);
  return check_n_records (las, LAS_N_EVLRS)
         && walk_records (las, las->n_evlrs, las->start_of_evlrs,
             las->input->file_size, LAS_EVLR_HEADER_SIZE);
}

/* The formats' own fields make a layout, so that what fails it are the names
 * or the number of the extra bytes. */
static GstSsioLayout *
make_layout (Las *las)
{
  GError *error = NULL;
  GstSsioLayout *layout
      = gst_ssio_layout_new ((GstSsioField *) las->fields->data,
          las->fields->len, las->record_length, &error);

  if (!layout) {
    gst_ssio_las_fail (&las->header, las->extra_bytes_start, las->error,
        "the names of the extra bytes: %s" GST_SSIO_LAS_WITHOUT_NAMES,
        error->message);
    g_error_free (error);
  }
  return layout;
}

/* Bytes after the last field are the file's to know: no text of a layout says
 * how many. */
static gboolean
is_wanted (const GstSsioLayout *wanted, const GstSsioLayout *found)
{
  gchar *wanted_text = gst_ssio_layout_to_string (wanted);
  gchar *found_text = gst_ssio_layout_to_string (found);
  gboolean same = strcmp (wanted_text, found_text) == 0;

  g_free (wanted_text);
  g_free (found_text);
  return same;
}

/* Some programs write zeros for all of them; such a header does not know. */
static void
read_minima (const Las *las, GstSsioFormatInfo *info)
{
  gboolean are_any = FALSE;
  guint i;

  info->has_minima = TRUE;
  for (i = 0; i < 3; i++) {
    gdouble extent[2]; /* the maximum and the minimum */

    memcpy (extent, las->header.bytes + LAS_EXTENTS + i * sizeof (extent),
        sizeof (extent));
    are_any |= extent[0] != 0 || extent[1] != 0;
    info->has_minima &= isfinite (extent[1]) && extent[1] <= extent[0];
    info->minima[i] = extent[1];
  }
  info->has_minima &= are_any;
}

static gboolean
settle (Las *las, GstSsioFormatInfo *info)
{
  GstSsioLayout *layout = make_layout (las);

  if (!layout)
    return FALSE;
  if (las->input->layout && !is_wanted (las->input->layout, layout)) {
    gst_ssio_format_refuse_layout (las->input, layout, las->error);
    gst_ssio_layout_unref (layout);
    return FALSE;
  }
  info->layout = layout;
  info->data_offset = las->offset_to_points;
  info->n_points = las->n_points;
  info->has_more = las->n_evlrs > 0 || has_waveforms (las);
  read_minima (las, info);
  return TRUE;
}

gboolean
gst_ssio_format_parse_las (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  Las las = {
    .input = input,
    .header = { input->path, input->bytes, input->n_bytes, 0 },
    .fields = gst_ssio_las_fields_new (),
    .error = error,
  };
  gboolean ok;

  ok = check_start (&las) && read_version (&las) && check_compression (&las)
       && read_record_format (&las) && add_format_fields (&las)
       && read_n_points (&las) && read_what_follows (&las) && read_vlrs (&las)
       && read_evlrs (&las) && settle (&las, info);
  g_array_unref (las.fields);
  return ok;
}
