/* SPDX-License-Identifier: MIT */
/* Point file formats: bytes of a header in, what the file holds out. Parsers
 * do no I/O of their own and know nothing of elements, so that a test or a
 * fuzzer can call them with any bytes. */
#pragma once

#include "../gstssiolayout.h"

G_BEGIN_DECLS

/* Bytes from the start of a file that parsers are shown: the longest header
 * that a format's parser can read. */
#define GST_SSIO_HEADER_BYTES (1 << 20)

/* Reads size bytes from offset of the file. FALSE leaves errno, which is 0
 * where the file ends before them. */
typedef gboolean (*GstSsioReadFunc) (gpointer user_data, guint64 offset,
    guint8 *bytes, gsize size);

/* What a parser is given. */
typedef struct {
  const gchar *path;   /* for messages and the extension only */
  const guint8 *bytes; /* the file's first bytes */
  gsize n_bytes;       /* at most GST_SSIO_HEADER_BYTES */
  guint64 file_size;
  const GstSsioLayout *layout; /* what the user asked for, or NULL */
  const gchar *element;        /* the PLY element of the points, or NULL */
  const gchar *column;         /* what a plain .npy array of one number a point
                                * has, or NULL for a file of points */
  gboolean recover;            /* whole records of a file that was cut */
  GstSsioReadFunc read;        /* for bytes after those */
  gpointer read_data;
} GstSsioFormatInput;

/* Makes records of a file whose points cannot be used as they are, such as
 * text. From one thread at a time. */
typedef struct _GstSsioDecoder GstSsioDecoder;
struct _GstSsioDecoder {
  /* Writes n_points records of the format's layout, from first_point on, to
   * points. FALSE sets error, which names path. */
  gboolean (*decode) (GstSsioDecoder *decoder, const gchar *path,
      GstSsioReadFunc read, gpointer read_data, guint64 first_point,
      guint64 n_points, guint8 *points, GError **error);
  void (*free) (GstSsioDecoder *decoder);
};

/* What a parser finds: n_points points from data_offset on. What was asked of
 * a parser and failed leaves nothing to free. */
typedef struct {
  GstSsioLayout *layout;
  guint64 data_offset;
  guint64 n_points;
  gboolean lacks_names;    /* of fields, which are made up */
  gboolean has_more;       /* bytes after the points, which others may use */
  gboolean has_minima;     /* the header says them, finite */
  gdouble minima[3];       /* of x, y and z */
  gboolean has_origin;     /* one was subtracted when it was recorded */
  gdouble origin[3];       /* from x, y and z; the layout has it again */
  GstSsioDecoder *decoder; /* NULL where the points are records in the file */
} GstSsioFormatInfo;

/* How names of point files end. */
#define GST_SSIO_FORMAT_NAMES ".bin, .npy, .las, .ply or .pcd"

/* Whether name ends so; one of a file whose writing has not ended does not. */
gboolean gst_ssio_format_knows_name (const gchar *name);

/* Whether there is no header, so that only the user or a sidecar can say what
 * the records are. */
gboolean gst_ssio_format_is_headerless (const GstSsioFormatInput *input);

/* Picks the parser by content, then by the path's extension, and checks what
 * it found against the file's size, where it has no decoder. With recover, the
 * size says how many points there are where the header says none, or more than
 * there can be. info is zeroed at first; free it with gst_ssio_format_info_clear(). */
GST_SSIO_API
gboolean gst_ssio_format_parse (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);

GST_SSIO_API
void gst_ssio_format_info_clear (GstSsioFormatInfo *info);

typedef gboolean (*GstSsioFormatParser) (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);

gboolean gst_ssio_format_parse_raw (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);
gboolean gst_ssio_format_parse_npy (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);
gboolean gst_ssio_format_parse_las (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);
gboolean gst_ssio_format_parse_pcd (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);
gboolean gst_ssio_format_parse_ply (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);

/* Whether the columns are as wanted says, whatever their names. */
gboolean gst_ssio_format_columns_fit (const GstSsioLayout *wanted,
    const GstSsioLayout *columns);

/* For parsers: FALSE, and the error that what was asked for is not the layout
 * that was found. */
gboolean gst_ssio_format_refuse_layout (const GstSsioFormatInput *input,
    const GstSsioLayout *found, GError **error);

/* For parsers whose decoder takes records of a fixed size: whether the points
 * fit the file. */
gboolean gst_ssio_format_check_size (const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, GError **error);

G_END_DECLS
