/* SPDX-License-Identifier: MIT */
/* ssiosink in a harness, which records into a folder of its own. */
#pragma once

#include "record/recordcheck.h"

G_BEGIN_DECLS

/* Points that sinkcheck_push() makes, and others of as many bytes. */
#define SINKCHECK_LAYOUT "x:f4,y:f4,z:f4"
#define SINKCHECK_OTHER_LAYOUT "a:f4,b:f4,c:f4"
#define SINKCHECK_POINT_SIZE 12

typedef struct {
  gchar *folder;
  GstElement *sink;
  GstBus *bus;
  GstHarness *harness; /* NULL until it plays */
  gfloat next;         /* of the points that are pushed */
} SinkCheck;

/* Will record into a file of that name in a new folder. */
SinkCheck sinkcheck_new (const gchar *name);

/* Plays, for the first time or again. */
void sinkcheck_play_without_caps (SinkCheck *self);

/* The same, and sends caps of points of that layout. */
void sinkcheck_play (SinkCheck *self, const gchar *layout);

/* What waits for the first points of that layout. */
SinkCheck sinkcheck_open (const gchar *name, const gchar *layout);

/* Coordinate number i of all that was made is i. */
GstBuffer *sinkcheck_make_batch (SinkCheck *self, guint n_points);

GstFlowReturn sinkcheck_push (SinkCheck *self, guint n_points);

GstFlowReturn sinkcheck_push_bytes (SinkCheck *self, gconstpointer bytes,
    gsize size);

/* Expects that the event is taken. */
void sinkcheck_push_event (SinkCheck *self, GstEvent *event);

/* The end of an epoch that is not the last. */
void sinkcheck_push_epoch (SinkCheck *self);

/* A flush, and the segment after it. */
void sinkcheck_flush (SinkCheck *self);

/* It can play again. */
void sinkcheck_stop (SinkCheck *self);

void sinkcheck_free (SinkCheck *self);

gboolean sinkcheck_exists (const SinkCheck *self, const gchar *name);

/* The file holds n_points points, whose coordinates go on from first_value. */
void sinkcheck_expect_points (const SinkCheck *self, const gchar *name,
    gboolean recover, guint n_points, gfloat first_value);

/* Expects that the bus has none of these. */
void sinkcheck_expect_no_message (const SinkCheck *self, GstMessageType types);

G_END_DECLS
