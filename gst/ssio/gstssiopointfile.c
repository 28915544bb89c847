/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiopointfile
 * @title: GstSsioPointFile
 * @short_description: a file of points, mapped or read
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include "damagelistener.h"
#include "fileheader.h"
#include "filemap.h"
#include "filememory.h"
#include "filereader.h"
#include "gstssiopointfile.h"
#include "pointfileio.h"

struct _GstSsioPointFile {
  gatomicrefcount refcount;
  GstSsioDiskFile disk;
  GstSsioFormatInfo info;
  guint point_size;

  GstSsioFileMap map; /* none where points are read */
  GstSsioFileReader reader;
  GstSsioDamageListener listener;
};

G_DEFINE_BOXED_TYPE (GstSsioPointFile, gst_ssio_point_file,
    gst_ssio_point_file_ref, gst_ssio_point_file_unref)

/* Gets ready for how points will come into memory. */
static gboolean
open_points (GstSsioPointFile *file, GstSsioIoMode io_mode, GError **error)
{
  switch (io_mode) {
  case GST_SSIO_IO_MODE_MMAP:
    return gst_ssio_file_map_open (&file->map, &file->disk, error);
  case GST_SSIO_IO_MODE_DIRECT:
    return gst_ssio_file_reader_open_direct (&file->reader, error);
  case GST_SSIO_IO_MODE_AUTO:
    if (!file->info.decoder)
      gst_ssio_file_map_open (&file->map, &file->disk, NULL);
    return TRUE;
  default:
    return TRUE;
  }
}

/**
 * gst_ssio_point_file_open:
 * @path: (type filename): the file
 * @layout: (nullable): the layout of headerless records or the names of a
 *   plain array's columns; %NULL for what the file says, or
 *   %GST_SSIO_DEFAULT_LAYOUT
 * @io_mode: how points will come into memory
 * @error: (nullable): return location for an error
 *
 * Opens a file of points and reads its header. The format is chosen by the
 * file's content, then by its extension: LAS (1.0 to 1.4), NumPy's .npy, PLY
 * (text and binary), PCD (text, binary and, in builds with liblzf, compressed),
 * and headerless records otherwise. LAZ and COPC are refused. Where @layout is
 * %NULL, that of headerless records comes from the sidecar that ssiosink has
 * written beside them, @path with `.json` after it, if there is one.
 *
 * Text, big-endian and compressed points have to be converted, and such files
 * cannot be mapped.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with @error set to a
 *   #GstResourceError where it cannot be opened and a #GstStreamError where it
 *   does not hold what it should
 *
 * Since: 0.1
 */
GstSsioPointFile *
gst_ssio_point_file_open (const gchar *path, const GstSsioLayout *layout,
    GstSsioIoMode io_mode, GError **error)
{
  return gst_ssio_point_file_open_element (path, layout, NULL, io_mode, error);
}

/**
 * gst_ssio_point_file_open_element:
 * @path: (type filename): the file
 * @layout: (nullable): as for gst_ssio_point_file_open()
 * @element: (nullable): name of the element of a PLY file that has the points;
 *   %NULL for `vertex`, or the first with x, y and z
 * @io_mode: how points will come into memory
 * @error: (nullable): return location for an error
 *
 * As gst_ssio_point_file_open().
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with @error set
 *
 * Since: 0.1
 */
GstSsioPointFile *
gst_ssio_point_file_open_element (const gchar *path,
    const GstSsioLayout *layout, const gchar *element, GstSsioIoMode io_mode,
    GError **error)
{
  return gst_ssio_point_file_open_labelled (path, layout, element, NULL,
      io_mode, error);
}

/**
 * gst_ssio_point_file_open_labelled:
 * @path: (type filename): the file, a scan
 * @layout: (nullable): as for gst_ssio_point_file_open(), without labels
 * @element: (nullable): as for gst_ssio_point_file_open_element()
 * @labels: (nullable): where the labels of the scan are: a path with one `%s`
 *   or `*` for the scan's name without folder and extension, from the scan's
 *   folder where it is relative; %NULL for none
 * @io_mode: how points will come into memory; where there are labels,
 *   %GST_SSIO_IO_MODE_AUTO or %GST_SSIO_IO_MODE_READ
 * @error: (nullable): return location for an error
 *
 * As gst_ssio_point_file_open(), and joins to each point its label: a 32-bit
 * integer in another file, whose lower half becomes the field `sem_class:u2`
 * and whose upper half becomes `ins_class:u2`, after the scan's own fields.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with @error set,
 *   also where the labels are not as many as the points
 *
 * Since: 0.1
 */
GstSsioPointFile *
gst_ssio_point_file_open_labelled (const gchar *path,
    const GstSsioLayout *layout, const gchar *element, const gchar *labels,
    GstSsioIoMode io_mode, GError **error)
{
  const GstSsioPointFileOptions options = {
    .layout = layout,
    .element = element,
    .labels = labels,
    .io_mode = io_mode,
  };

  return gst_ssio_point_file_open_with (path, &options, error);
}

GstSsioPointFile *
gst_ssio_point_file_open_with (const gchar *path,
    const GstSsioPointFileOptions *options, GError **error)
{
  GstSsioPointFile *file;
  gboolean ok;

  g_return_val_if_fail (path != NULL, NULL);

  file = g_new0 (GstSsioPointFile, 1);
  g_atomic_ref_count_init (&file->refcount);
  gst_ssio_file_reader_init (&file->reader, &file->disk);
  gst_ssio_damage_listener_init (&file->listener);

  ok = gst_ssio_disk_file_open (&file->disk, path, error)
       && gst_ssio_file_header_read (&file->disk, options,
           gst_ssio_file_reader_read, &file->reader, &file->info, error);
  if (ok) {
    file->point_size = gst_ssio_layout_get_point_size (file->info.layout);
    ok = open_points (file, options->io_mode, error);
  }
  if (!ok)
    g_clear_pointer (&file, gst_ssio_point_file_unref);
  return file;
}

/**
 * gst_ssio_point_file_ref:
 * @file: a point file
 *
 * Returns: (transfer full): @file
 *
 * Since: 0.1
 */
GstSsioPointFile *
gst_ssio_point_file_ref (GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, NULL);

  g_atomic_ref_count_inc (&file->refcount);
  return file;
}

/**
 * gst_ssio_point_file_unref:
 * @file: (transfer full): a point file
 *
 * The file is closed with its last reference; batches hold one each.
 *
 * Since: 0.1
 */
void
gst_ssio_point_file_unref (GstSsioPointFile *file)
{
  g_return_if_fail (file != NULL);

  if (!g_atomic_ref_count_dec (&file->refcount))
    return;
  gst_ssio_file_map_clear (&file->map);
  gst_ssio_file_reader_close (&file->reader);
  gst_ssio_format_info_clear (&file->info);
  gst_ssio_damage_listener_clear (&file->listener);
  gst_ssio_disk_file_clear (&file->disk);
  g_free (file);
}

/**
 * gst_ssio_point_file_get_path:
 * @file: a point file
 *
 * Returns: (transfer none) (type filename): the path it was opened with
 *
 * Since: 0.1
 */
const gchar *
gst_ssio_point_file_get_path (const GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, NULL);

  return file->disk.path;
}

/**
 * gst_ssio_point_file_get_layout:
 * @file: a point file
 *
 * Returns: (transfer none): the layout of its points
 *
 * Since: 0.1
 */
GstSsioLayout *
gst_ssio_point_file_get_layout (const GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, NULL);

  return file->info.layout;
}

/**
 * gst_ssio_point_file_get_n_points:
 * @file: a point file
 *
 * Returns: number of points, at least 1
 *
 * Since: 0.1
 */
guint64
gst_ssio_point_file_get_n_points (const GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, 0);

  return file->info.n_points;
}

/**
 * gst_ssio_point_file_get_data_offset:
 * @file: a point file
 *
 * Returns: bytes from the start of the file to its first point, or to the data
 *   that points which have to be converted are made from
 *
 * Since: 0.1
 */
guint64
gst_ssio_point_file_get_data_offset (const GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, 0);

  return file->info.data_offset;
}

/**
 * gst_ssio_point_file_get_minima:
 * @file: a point file
 * @minima: (out caller-allocates) (array fixed-size=3): the least x, y and z
 *
 * Returns: whether the file's header says them, as that of LAS does; @minima
 *   is left as it is where not
 *
 * Since: 0.1
 */
gboolean
gst_ssio_point_file_get_minima (const GstSsioPointFile *file,
    gdouble minima[3])
{
  g_return_val_if_fail (file != NULL && minima != NULL, FALSE);

  if (file->info.has_minima)
    memcpy (minima, file->info.minima, sizeof (file->info.minima));
  return file->info.has_minima;
}

gboolean
gst_ssio_point_file_get_recorded_origin (const GstSsioPointFile *file,
    gdouble origin[3])
{
  if (file->info.has_origin)
    memcpy (origin, file->info.origin, sizeof (file->info.origin));
  return file->info.has_origin;
}

/**
 * gst_ssio_point_file_get_version:
 * @file: a point file
 *
 * Returns: a number, never 0, that identifies the file and its content: it
 *   changes with the file's device, inode, size and modification time
 *
 * Since: 0.1
 */
guint64
gst_ssio_point_file_get_version (const GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, 0);

  return file->disk.version;
}

/**
 * gst_ssio_point_file_get_mapped_points: (skip)
 * @file: a point file
 *
 * For looking at addresses; to read points, use
 * gst_ssio_point_file_wrap_points(), which makes them present first.
 *
 * Returns: (transfer none) (nullable): the first point in the mapping, or
 *   %NULL where the file is read and not mapped
 *
 * Since: 0.1
 */
const guint8 *
gst_ssio_point_file_get_mapped_points (const GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, NULL);

  return file->map.bytes ? file->map.bytes + file->info.data_offset : NULL;
}

/**
 * gst_ssio_point_file_park: (skip)
 * @file: a point file
 *
 * Closes its file descriptor. Batches that are in use stay as they are, but no
 * more can be read.
 *
 * Since: 0.1
 */
void
gst_ssio_point_file_park (GstSsioPointFile *file)
{
  g_return_if_fail (file != NULL);

  gst_ssio_file_reader_close (&file->reader);
  gst_ssio_disk_file_close (&file->disk);
}

/**
 * gst_ssio_point_file_check:
 * @file: a point file
 * @error: (nullable): return location for an error
 *
 * Checks that the file is still what was opened: as long as it was, under a
 * name, and, where it is mapped, unchanged and able to back every page that
 * was read.
 *
 * Returns: %FALSE with @error set to %GST_RESOURCE_ERROR_READ or
 *   %GST_RESOURCE_ERROR_NOT_FOUND where it is not
 *
 * Since: 0.1
 */
gboolean
gst_ssio_point_file_check (GstSsioPointFile *file, GError **error)
{
  g_return_val_if_fail (file != NULL, FALSE);

  if (file->map.bytes)
    return gst_ssio_file_map_check (&file->map, error);
  return gst_ssio_disk_file_check (&file->disk, FALSE, FALSE, error);
}

/**
 * gst_ssio_point_file_is_damaged:
 * @file: a point file
 *
 * For consumers of batches, after they have read them.
 *
 * Returns: whether @file is mapped and was truncated or modified since it was
 *   opened, so that batches may have held other points than it did then
 *
 * Since: 0.1
 */
gboolean
gst_ssio_point_file_is_damaged (GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, FALSE);

  return file->map.bytes && gst_ssio_file_map_is_damaged (&file->map);
}

void
gst_ssio_point_file_hold_again (GstSsioPointFile *file, gsize offset,
    gsize size)
{
  gst_ssio_file_map_hold_again (&file->map, offset, size);
}

void
gst_ssio_point_file_release (GstSsioPointFile *file, gsize offset, gsize size)
{
  if (!gst_ssio_file_map_release (&file->map, offset, size))
    gst_ssio_point_file_tell_damage (file);
}

/**
 * gst_ssio_point_file_tell_damage:
 * @file: a point file that is damaged
 *
 * For consumers of batches that find the damage: lets whoever has opened the
 * file know, so that one error says why an epoch does not end.
 *
 * Returns: whether somebody knows, now or since before
 *
 * Since: 0.1
 */
gboolean
gst_ssio_point_file_tell_damage (GstSsioPointFile *file)
{
  g_return_val_if_fail (file != NULL, FALSE);

  return gst_ssio_damage_listener_tell (&file->listener, file);
}

static gboolean
has_points (const GstSsioPointFile *file, guint64 first_point,
    guint64 n_points)
{
  return n_points > 0 && n_points <= file->info.n_points
         && first_point <= file->info.n_points - n_points;
}

static gsize
get_offset (const GstSsioPointFile *file, guint64 point)
{
  return file->info.data_offset + point * file->point_size;
}

/* Takes over a hold on the bytes. */
static GstMemory *
wrap_bytes (GstSsioPointFile *file, gsize offset, gsize size)
{
  return gst_ssio_file_memory_new (file, file->map.bytes + offset, offset,
      size);
}

/**
 * gst_ssio_point_file_wrap_points:
 * @file: a point file, mapped
 * @first_point: index of the first point, from 0
 * @n_points: number of points, at least 1
 * @error: (nullable): return location for an error
 *
 * Makes points present, waiting for the disk, and wraps them without a copy.
 * The memory is read-only and holds a reference to @file; a window of the file
 * leaves the process with the last memory in it. A part that is shared with
 * gst_memory_share() holds its own bytes only.
 *
 * Returns: (transfer full) (nullable): a memory of @n_points points, or %NULL
 *   with @error set to a #GstResourceError where the file no longer holds them
 *
 * Since: 0.1
 */
GstMemory *
gst_ssio_point_file_wrap_points (GstSsioPointFile *file, guint64 first_point,
    guint64 n_points, GError **error)
{
  gsize offset, size;

  g_return_val_if_fail (file != NULL, NULL);
  g_return_val_if_fail (has_points (file, first_point, n_points), NULL);

  if (!file->map.bytes) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "%s: is not mapped: expected a file opened with mmap; open it so, or "
        "copy its points",
        file->disk.path);
    return NULL;
  }

  offset = get_offset (file, first_point);
  size = n_points * file->point_size;
  if (!gst_ssio_file_map_hold (&file->map, offset, size, error))
    return NULL;
  return wrap_bytes (file, offset, size);
}

/**
 * gst_ssio_point_file_wrap_absent_points:
 * @file: a point file, mapped
 * @first_point: index of the first point, from 0
 * @n_points: number of points, at least 1
 *
 * As gst_ssio_point_file_wrap_points(), but does not make the points present:
 * for consumers that have them already. Who reads them all the same waits for
 * the disk, page by page.
 *
 * Returns: (transfer full): a memory of @n_points points
 *
 * Since: 0.1
 */
GstMemory *
gst_ssio_point_file_wrap_absent_points (GstSsioPointFile *file,
    guint64 first_point, guint64 n_points)
{
  gsize offset, size;

  g_return_val_if_fail (file != NULL && file->map.bytes != NULL, NULL);
  g_return_val_if_fail (has_points (file, first_point, n_points), NULL);

  offset = get_offset (file, first_point);
  size = n_points * file->point_size;
  gst_ssio_file_map_hold_again (&file->map, offset, size);
  return wrap_bytes (file, offset, size);
}

static gboolean
read_records (GstSsioPointFile *file, guint64 offset, guint8 *points,
    gsize size, GError **error)
{
  gint number;

  if (gst_ssio_file_reader_read (&file->reader, offset, points, size))
    return TRUE;
  number = errno ? errno : EIO;
  if (gst_ssio_point_file_check (file, error))
    gst_ssio_disk_file_set_error (error, file->disk.path, "read", number);
  return FALSE;
}

static gboolean
decode_points (GstSsioPointFile *file, guint64 first_point, guint64 n_points,
    guint8 *points, GError **error)
{
  GstSsioDecoder *decoder = file->info.decoder;

  return decoder->decode (decoder, file->disk.path, gst_ssio_file_reader_read,
      &file->reader, first_point, n_points, points, error);
}

/**
 * gst_ssio_point_file_read_points: (skip)
 * @file: a point file
 * @first_point: index of the first point, from 0
 * @n_points: number of points, at least 1
 * @points: (not nullable): where to put them: @n_points times the layout's
 *   point size bytes
 * @error: (nullable): return location for an error
 *
 * Copies points out of the file.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the file no
 *   longer holds them
 *
 * Since: 0.1
 */
gboolean
gst_ssio_point_file_read_points (GstSsioPointFile *file, guint64 first_point,
    guint64 n_points, guint8 *points, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (file != NULL && points != NULL, FALSE);
  g_return_val_if_fail (has_points (file, first_point, n_points), FALSE);

  if (file->info.decoder)
    ok = decode_points (file, first_point, n_points, points, error);
  else
    ok = read_records (file, get_offset (file, first_point), points,
        n_points * file->point_size, error);
  return ok && gst_ssio_point_file_check (file, error);
}

void
gst_ssio_point_file_set_drop_behind (GstSsioPointFile *file,
    gboolean drop_behind)
{
  file->reader.drop_behind = drop_behind;
  if (file->map.bytes)
    gst_ssio_file_map_set_drop_behind (&file->map, drop_behind);
}

void
gst_ssio_point_file_set_scattered (GstSsioPointFile *file,
    gboolean is_scattered)
{
  if (file->map.bytes)
    gst_ssio_file_map_set_scattered (&file->map, is_scattered);
}

void
gst_ssio_point_file_set_reader (GstSsioPointFile *file,
    GstSsioDirectReader *reader)
{
  gst_ssio_file_reader_share (&file->reader, reader);
}

void
gst_ssio_point_file_announce (GstSsioPointFile *file, guint64 first_point,
    guint64 n_points, gboolean in_row)
{
  if (file->info.decoder) /* it reads as it needs to */
    return;
  gst_ssio_file_reader_announce (&file->reader, get_offset (file, first_point),
      n_points * file->point_size, in_row);
}

/**
 * gst_ssio_point_file_set_damage_func: (skip)
 * @file: a point file
 * @func: (nullable): called once, or %NULL for no more calls
 * @user_data: passed to @func
 * @destroy: (nullable): frees @user_data when the file goes, or another
 *   function is set
 *
 * Sets what is called when a batch comes back that its consumer may have read
 * zeros from, since the file was truncated or modified after the batch was
 * wrapped. After this call returns, the function set before is not called any
 * more; @func must not call this itself.
 *
 * Since: 0.1
 */
void
gst_ssio_point_file_set_damage_func (GstSsioPointFile *file,
    GstSsioDamageFunc func, gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (file != NULL);

  gst_ssio_damage_listener_set (&file->listener, func, user_data, destroy);
}

/**
 * gst_ssio_point_file_release_cursor:
 * @file: a point file
 *
 * Lets go of the window that is kept for the next call of
 * gst_ssio_point_file_wrap_points(): at the end of an epoch, or before a jump.
 *
 * Since: 0.1
 */
void
gst_ssio_point_file_release_cursor (GstSsioPointFile *file)
{
  g_return_if_fail (file != NULL);

  if (file->map.bytes)
    gst_ssio_file_map_release_cursor (&file->map);
  gst_ssio_file_reader_release (&file->reader);
}
