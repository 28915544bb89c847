/* SPDX-License-Identifier: MIT */
/* What ssiolinear does with a stream of batches: a model, what computes it,
 * and what an epoch has come to. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>
#include <gst/ssio/ssio.h>

#include "arrivals.h"
#include "distributed/collective.h"
#include "report.h"
#include "settings.h"

G_BEGIN_DECLS

typedef struct _GstSsioSession GstSsioSession;

/* Says here what can be said without caps; NULL with error set. collective,
 * which is taken, has the processes that share the work; NULL where there is
 * one. */
GstSsioSession *gst_ssio_session_new (const GstSsioLinearSettings *settings,
    GstSsioCollective *collective, GError **error);

void gst_ssio_session_free (GstSsioSession *session);

/* Whether there are others to wait for. */
gboolean gst_ssio_session_has_ranks (const GstSsioSession *session);

/* Which of several processes this is; 0 where there is one. */
guint gst_ssio_session_get_rank (const GstSsioSession *session);

/* What the others hear instead of that this one has stopped, before
 * gst_ssio_session_free(). */
void gst_ssio_session_tell_ranks (GstSsioSession *session,
    const gchar *message);

/* From another thread: no longer waits for them. What waits returns FALSE
 * without an error. */
void gst_ssio_session_interrupt (GstSsioSession *session);

/* Where one of those that follow returns FALSE, with error set, only
 * gst_ssio_session_free() may come next. */

/* The device of the batches of the caps that follow, where it is known before
 * the first one; NULL where not. A rank to which none come needs it, to take
 * part in what others train on theirs. */
void gst_ssio_session_set_context (GstSsioSession *session,
    GstSsioCudaContext *context);

/* The model for batches of those caps. What was pushed before still counts. */
gboolean gst_ssio_session_set_caps (GstSsioSession *session, GstCaps *caps,
    GError **error);

/* Takes from an event of the stream which files its batches are of, if it is
 * the one that says so. */
gboolean gst_ssio_session_set_files (GstSsioSession *session, GstEvent *event,
    GError **error);

/* Whether there have been caps. */
gboolean gst_ssio_session_has_model (const GstSsioSession *session);

/* Prepares for batches like buffer, which can take longer than to compute
 * one. */
gboolean gst_ssio_session_prepare (GstSsioSession *session, GstBuffer *buffer,
    GError **error);

/* What computes, in a few words, or NULL before it is known. Free with
 * g_free(). */
gchar *gst_ssio_session_describe (const GstSsioSession *session);

/* Whether batches are in a device's memory and computed on the CPU. */
gboolean gst_ssio_session_downloads (const GstSsioSession *session);

/* Starts on a batch, which may be empty. */
gboolean gst_ssio_session_push (GstSsioSession *session, GstBuffer *buffer,
    GError **error);

/* Which epoch the next batches are of, where they do not say so. */
void gst_ssio_session_set_epoch (GstSsioSession *session, guint epoch);

/* Where a training wants its stream to go on; NULL for the begin. */
const gchar *gst_ssio_session_get_stream (const GstSsioSession *session);

/* Whether a training or other ranks have to be told of the stream before its
 * next batch, as they then are: see gst_query_parse_ssio_state(). state is NULL
 * where there is nobody to ask. */
gboolean gst_ssio_session_needs_stream (const GstSsioSession *session);
gboolean gst_ssio_session_set_stream (GstSsioSession *session,
    const gchar *state, guint epochs, guint64 batches, GError **error);

/* What a user is to be told after a batch, or NULL. Free with g_free(). */
gchar *gst_ssio_session_take_warning (GstSsioSession *session);

/* What an application is to be told of the last batch, or NULL. Free with
 * gst_structure_free(). */
GstStructure *gst_ssio_session_take_message (GstSsioSession *session);

/* Waits for the work in progress, and for all ranks to come here, and says what
 * the epoch, of which that has arrived, has come to but how long it took. The
 * next one begins. Where there never were caps, there is nothing to report.
 * FALSE without an error where a source posts it. Clear the report with
 * gst_ssio_report_clear(). */
gboolean gst_ssio_session_end_epoch (GstSsioSession *session,
    const GstSsioArrivals *arrivals, GstSsioReport *report, GError **error);

/* Begins the epoch anew. */
gboolean gst_ssio_session_throw_away (GstSsioSession *session, GError **error);

G_END_DECLS
