/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "diskfile.h"
#include "filewatch.h"
#include "follow.h"
#include "formats/formats.h"
#include "sidecar.h"

/* How long the first points of a batch wait for the others: a turn of most
 * sensors. */
#define PATIENCE (100 * G_TIME_SPAN_MILLISECOND)

/* How long a part without points may come before its sidecar. */
#define SIDECAR_PATIENCE (G_TIME_SPAN_SECOND)
#define SIDECAR_LOOK_EVERY (5 * G_TIME_SPAN_MILLISECOND)

/* What tells a format by its content. */
#define MAGIC_BYTES 4096

struct _GstSsioFollow {
  GstSsioDiskFile file;
  GstSsioFileWatch *watch;
  gint64 timeout;    /* microseconds, 0 for never */
  gboolean is_whole; /* its sidecar says that it was finished */
  GstSsioLayout *layout;
  guint point_size;
  GstSsioOrigin origin;
  guint64 offset;     /* of the next byte */
  gboolean timed_out; /* that was the end */
};

/* OUT.part before OUT: both are there where a recording is made anew. */
static gboolean
open_file (GstSsioFollow *self, const gchar *location, GError **error)
{
  gchar *part;
  GError *cause = NULL;
  gboolean done;

  if (!location || !*location) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no location: set it to the file to follow");
    return FALSE;
  }
  part = g_strconcat (location, GST_SSIO_PART_SUFFIX, NULL);
  done = gst_ssio_disk_file_open (&self->file, part, &cause);
  g_free (part);
  if (g_error_matches (cause, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NOT_FOUND)) {
    g_clear_error (&cause);
    gst_ssio_disk_file_clear (&self->file);
    done = gst_ssio_disk_file_open (&self->file, location, &cause);
  }
  if (!done)
    g_propagate_prefixed_error (error, cause, "follow: ");
  return done;
}

static gboolean
check_headerless (GstSsioFollow *self, GError **error)
{
  guint8 bytes[MAGIC_BYTES];
  const GstSsioFormatInput input = {
    .path = self->file.path,
    .bytes = bytes,
    .n_bytes = MIN (self->file.size, sizeof (bytes)),
    .file_size = self->file.size,
  };

  if (!gst_ssio_disk_file_read (&self->file, 0, bytes, input.n_bytes)) {
    gst_ssio_disk_file_set_error (error, self->file.path, "read",
        errno ? errno : EIO);
    return FALSE;
  }
  if (gst_ssio_format_is_headerless (&input))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: cannot be followed: expected headerless records (.bin), found a file "
      "with a header, which says how many points there are; read it once it is "
      "complete, without follow",
      self->file.path);
  return FALSE;
}

/* The sidecar's layout as origin asks for it. */
static gboolean
take_sidecar (GstSsioFollow *self, const GstSsioSidecar *sidecar,
    GError **error)
{
  self->is_whole
      = sidecar->has_n_points && !gst_ssio_path_is_part (self->file.path);
  if (self->is_whole
      && !gst_ssio_sidecar_check_size (sidecar, self->file.path,
          self->file.size, error))
    return FALSE;
  if (self->origin.mode == GST_SSIO_ORIGIN_AUTO && sidecar->has_origin) {
    memcpy (self->origin.values, sidecar->origin, sizeof (sidecar->origin));
    self->layout = gst_ssio_layout_ref (sidecar->layout);
  } else {
    self->layout = gst_ssio_sidecar_get_file_layout (sidecar, error);
  }
  return self->layout != NULL;
}

/* ssiosink names the part, writes its sidecar, then points. Between the first
 * two there may be the sidecar of a recording that the part will replace. */
static void
wait_for_sidecar (const GstSsioFollow *self)
{
  gint64 end = g_get_monotonic_time () + SIDECAR_PATIENCE;
  gchar *path = gst_ssio_sidecar_get_path (self->file.path);

  while (!g_file_test (path, G_FILE_TEST_EXISTS)
         && g_get_monotonic_time () < end)
    g_usleep (SIDECAR_LOOK_EVERY);
  g_free (path);
}

static gboolean
find_layout (GstSsioFollow *self, const gchar *text, GError **error)
{
  GstSsioSidecar sidecar = { NULL };
  gboolean done;

  if (!text && self->file.size == 0 && gst_ssio_path_is_part (self->file.path))
    wait_for_sidecar (self);
  if (!text && !gst_ssio_sidecar_find (&sidecar, self->file.path, error))
    return FALSE;
  if (sidecar.layout)
    done = take_sidecar (self, &sidecar, error);
  else
    done
        = (self->layout
              = gst_ssio_layout_new_from_string (text
                                                     ? text
                                                     : GST_SSIO_DEFAULT_LAYOUT,
                  0, error))
          != NULL;
  gst_ssio_sidecar_clear (&sidecar);
  return done;
}

static gboolean
parse_origin (GstSsioFollow *self, const gchar *text, GError **error)
{
  if (!gst_ssio_origin_parse (text, &self->origin, error))
    return FALSE;
  if (self->origin.mode != GST_SSIO_ORIGIN_GIVEN)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "origin=%s: a file that is followed has auto, the one it was recorded "
      "with, or none; set one of these",
      text);
  return FALSE;
}

GstSsioFollow *
gst_ssio_follow_open (const GstSsioFollowConfig *config, GError **error)
{
  GstSsioFollow *self = g_new0 (GstSsioFollow, 1);

  self->file.fd = -1;
  /* rounded up: 0 is without an end */
  self->timeout
      = config->timeout / GST_USECOND + (config->timeout % GST_USECOND != 0);
  if (open_file (self, config->location, error)
      && check_headerless (self, error)
      && parse_origin (self, config->origin, error)
      && find_layout (self, config->layout, error)) {
    self->point_size = gst_ssio_layout_get_point_size (self->layout);
    self->watch = gst_ssio_file_watch_new (self->file.fd, self->file.path);
    return self;
  }
  gst_ssio_follow_free (self);
  return NULL;
}

void
gst_ssio_follow_free (GstSsioFollow *self)
{
  g_clear_pointer (&self->watch, gst_ssio_file_watch_free);
  g_clear_pointer (&self->layout, gst_ssio_layout_unref);
  gst_ssio_disk_file_clear (&self->file);
  g_free (self);
}

const gchar *
gst_ssio_follow_get_path (const GstSsioFollow *self)
{
  return self->file.path;
}

GstSsioLayout *
gst_ssio_follow_get_layout (const GstSsioFollow *self)
{
  return self->layout;
}

const GstSsioOrigin *
gst_ssio_follow_get_origin (const GstSsioFollow *self)
{
  return gst_ssio_origin_is_any (&self->origin) ? &self->origin : NULL;
}

static gboolean
fail_truncated (const GstSsioFollow *self, guint64 expected, guint64 size,
    GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: was truncated while it was followed: expected at least "
      "%" G_GUINT64_FORMAT " bytes, found %" G_GUINT64_FORMAT
      "; a writer must only append; start again",
      self->file.path, expected, size);
  return FALSE;
}

static gboolean
look (GstSsioFollow *self, GstSsioFileState *state, guint64 *size,
    GError **error)
{
  if (!gst_ssio_file_watch_look (self->watch, state, size)) {
    gst_ssio_disk_file_set_error (error, self->file.path, "look at the file",
        errno);
    return FALSE;
  }
  if (*size < self->offset)
    return fail_truncated (self, self->offset, *size, error);
  if (*state == GST_SSIO_FILE_WRITTEN && self->is_whole)
    *state = GST_SSIO_FILE_RENAMED;
  return TRUE;
}

/* There is nothing more that is whole. */
static GstFlowReturn
end (GstSsioFollow *self, GstSsioFileState state, guint64 size, GError **error)
{
  self->timed_out = state == GST_SSIO_FILE_WRITTEN;
  if (state == GST_SSIO_FILE_DELETED) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "%s: was deleted or replaced while it was followed: expected its "
        "writer to rename it at its end; all %" G_GUINT64_FORMAT
        " points that it had were read; start again to read the file that is "
        "there now",
        self->file.path, self->offset / self->point_size);
    return GST_FLOW_ERROR;
  }
  if (size == self->offset)
    return GST_FLOW_EOS;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: ends within a point: expected a multiple of %u bytes, found "
      "%" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
      " over; set the layout property to what the file holds, or "
      "follow-timeout to more than its writer pauses; where its writer was "
      "stopped, recover=true in place of follow reads its whole points",
      self->file.path, self->point_size, size, size - self->offset);
  return GST_FLOW_ERROR;
}

/* Since a call began to wait. */
typedef struct {
  gint64 grown_at; /* when the file was last seen to grow */
  gint64 seen_at;  /* when the first whole point was, or G_MAXINT64 */
  guint64 size;    /* of the file, then */
} Patience;

static void
note_growth (Patience *patience, guint64 size, gboolean has_points)
{
  gint64 now = g_get_monotonic_time ();

  if (size != patience->size)
    patience->grown_at = now;
  patience->size = size;
  if (has_points && patience->seen_at == G_MAXINT64)
    patience->seen_at = now;
}

/* Until when there is reason to wait for more. */
static gint64
get_deadline (const GstSsioFollow *self, const Patience *patience,
    GstSsioFileState state)
{
  if (state != GST_SSIO_FILE_WRITTEN)
    return 0;
  if (patience->seen_at != G_MAXINT64)
    return patience->seen_at + PATIENCE;
  return self->timeout > 0 ? patience->grown_at + self->timeout : G_MAXINT64;
}

GstFlowReturn
gst_ssio_follow_wait (GstSsioFollow *self, guint64 max_points,
    guint64 *n_points, GError **error)
{
  Patience patience
      = { g_get_monotonic_time (), G_MAXINT64, .size = self->offset };

  for (;;) {
    GstSsioFileState state;
    gint64 deadline;
    guint64 size;

    if (!look (self, &state, &size, error))
      return GST_FLOW_ERROR;
    *n_points = MIN ((size - self->offset) / self->point_size, max_points);
    note_growth (&patience, size, *n_points > 0);
    deadline = get_deadline (self, &patience, state);
    if (*n_points == max_points)
      return GST_FLOW_OK;
    if (g_get_monotonic_time () >= deadline)
      return *n_points > 0 ? GST_FLOW_OK : end (self, state, size, error);
    if (!gst_ssio_file_watch_wait (self->watch, deadline))
      return GST_FLOW_FLUSHING;
  }
}

gboolean
gst_ssio_follow_read (GstSsioFollow *self, guint64 n_points, guint8 *points,
    GError **error)
{
  gsize size = n_points * self->point_size;

  if (gst_ssio_disk_file_read (&self->file, self->offset, points, size)) {
    self->offset += size;
    return TRUE;
  }
  if (errno == 0) /* what was there a moment ago */
    return fail_truncated (self, self->offset + size,
        lseek (self->file.fd, 0, SEEK_END), error);
  gst_ssio_disk_file_set_error (error, self->file.path, "read", errno);
  return FALSE;
}

/* Of other files it is the end that they have. */
gchar *
gst_ssio_follow_get_warning (const GstSsioFollow *self)
{
  if (!self->timed_out || !gst_ssio_path_is_part (self->file.path))
    return NULL;
  return g_strdup_printf (
      "%s: the stream ends after %" G_GUINT64_FORMAT
      " points, maybe too early: expected its writer to rename it, found that "
      "it has not grown for %.3g seconds (follow-timeout); its writer was "
      "stopped, or pauses for longer: set follow-timeout to more then, or to 0 "
      "to wait for ever",
      self->file.path, self->offset / self->point_size,
      self->timeout / (gdouble) G_USEC_PER_SEC);
}

void
gst_ssio_follow_set_flushing (GstSsioFollow *self, gboolean flushing)
{
  gst_ssio_file_watch_set_flushing (self->watch, flushing);
}
