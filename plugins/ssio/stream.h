/* SPDX-License-Identifier: MIT */
/* The points that ssiosrc streams, and where it stands in them: a data set, an
 * epoch, a position in its order, and the epochs that come after it; or else a
 * file that is still written, which is one epoch.
 *
 * It is the streaming thread's, and that of seeks, which stop it first; what
 * any thread may ask says so. */
#pragma once

#include <gst/ssio/gstssioepoch.h>

#include "seek.h"
#include "srcsettings.h"

G_BEGIN_DECLS

typedef struct _GstSsioStream GstSsioStream;

/* Closed; it may be opened and closed many times. */
GstSsioStream *gst_ssio_stream_new (void);
void gst_ssio_stream_free (GstSsioStream *stream);

/* Opens the files, at the start or where resume-from says, or else the state of
 * a consumer's checkpoint, which may be NULL. FALSE with error set; it is to be
 * closed then too. */
gboolean gst_ssio_stream_open (GstSsioStream *stream,
    const GstSsioSrcSettings *settings, const gchar *checkpoint,
    GError **error);
void gst_ssio_stream_close (GstSsioStream *stream);

/* For the log. Free with g_free(). */
gchar *gst_ssio_stream_describe (const GstSsioStream *stream);

/* Names the files; NULL for one that is still written. */
GstEvent *gst_ssio_stream_new_files_event (const GstSsioStream *stream);

/* Of batches of so many points. */
GstCaps *gst_ssio_stream_make_caps (const GstSsioStream *stream,
    guint batch_size);

/* Called, from any thread, where a batch came from a file that was damaged. */
void gst_ssio_stream_set_damage_func (GstSsioStream *stream,
    GstSsioDamageFunc func, gpointer user_data);

/* Whether batches can be files' own memory. */
gboolean gst_ssio_stream_is_mapped (const GstSsioStream *stream);

/* Bytes of the largest batch that occurs. */
guint64 gst_ssio_stream_get_batch_bytes (const GstSsioStream *stream);

/* From any thread, while it is open: has who waits for points return. */
void gst_ssio_stream_set_flushing (GstSsioStream *stream, gboolean flushing);

/* From any thread. */
void gst_ssio_stream_get_extent (GstSsioStream *stream, GstSsioExtent *extent);

/* What resume-from of another stream takes, NULL while closed. Free with
 * g_free(). From any thread. */
gchar *gst_ssio_stream_get_state (GstSsioStream *stream);

/* Answers gst_query_new_ssio_state(), FALSE while closed. From any thread. */
gboolean gst_ssio_stream_answer_state (GstSsioStream *stream, GstQuery *query);

/* The current epoch, and what was streamed of it. */
const GstSsioEpoch *gst_ssio_stream_get_epoch (const GstSsioStream *stream);

/* What an epoch has, in the format of the stream's segments; -1 where that is
 * not known. */
gint64 gst_ssio_stream_get_duration (const GstSsioStream *stream);

/* Where the next batch starts, in that format. */
guint64 gst_ssio_stream_get_position (const GstSsioStream *stream);

/* Whether the stream's segments are in time, and batches have timestamps. */
gboolean gst_ssio_stream_is_timed (const GstSsioStream *stream);

/* Whether a batch's timestamps are in its points, which must be present then
 * when it is passed. */
gboolean gst_ssio_stream_reads_times (const GstSsioStream *stream);

/* Goes where segment says, and makes it fit the epoch. It may be in points
 * also where the stream's segments are in time, and becomes such a one; a
 * position of G_MAXUINT64 is the current one. After the end of an epoch this
 * is the next one, the first of as many as there were. FALSE with error set
 * where a time cannot be read. */
gboolean gst_ssio_stream_seek (GstSsioStream *stream, GstSegment *segment,
    GError **error);

/* What comes next of this epoch, EOS where that is nothing. Waits for a file
 * that is still written; FLUSHING where it is told not to. ERROR sets error. */
GstFlowReturn gst_ssio_stream_get_batch (GstSsioStream *stream,
    GstSsioBatch *batch, GError **error);

/* That batch as memory of the mapped file, present or not, or copied into
 * buffer; with error set where it cannot be read. */
GstBuffer *gst_ssio_stream_wrap_batch (GstSsioStream *stream,
    const GstSsioBatch *batch, gboolean present, GError **error);
gboolean gst_ssio_stream_read_batch (GstSsioStream *stream,
    const GstSsioBatch *batch, GstBuffer *buffer, GError **error);

/* Has buffer, which holds that batch, say so, and goes on after it. */
void gst_ssio_stream_pass (GstSsioStream *stream, const GstSsioBatch *batch,
    GstBuffer *buffer);

/* Lets go of what is kept for the next batch. FALSE with error set where the
 * files are not what they were: then no epoch may end. */
gboolean gst_ssio_stream_check (GstSsioStream *stream, GError **error);

/* At the end of an epoch: why that may not be all, or NULL. Free with
 * g_free(). */
gchar *gst_ssio_stream_get_warning (const GstSsioStream *stream);

/* Whether the current epoch is the last one before EOS or SEGMENT_DONE. */
gboolean gst_ssio_stream_is_last_epoch (const GstSsioStream *stream);

/* EOS or SEGMENT_DONE has ended the epoch. */
void gst_ssio_stream_set_over (GstSsioStream *stream);
gboolean gst_ssio_stream_is_over (const GstSsioStream *stream);

/* Begins the next epoch, which is whole, also where a seek had left out a part
 * of this one. segment becomes that epoch's; running time goes on in it. */
void gst_ssio_stream_start_next_epoch (GstSsioStream *stream,
    GstSegment *segment);

G_END_DECLS
