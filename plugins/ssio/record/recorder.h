/* SPDX-License-Identifier: MIT */
/* Points into files: which file is written, and when it ends. */
#pragma once

#include "writer.h"

G_BEGIN_DECLS

typedef struct {
  gchar *location;
  GstSsioRecordFormat format;
  gchar *element; /* of PLY, or NULL */
  gboolean append;
  guint64 max_points; /* of a file; 0 for no limit, as those that follow */
  guint64 max_bytes;
  guint64 max_time; /* nanoseconds */
} GstSsioRecorderConfig;

/* A file that is complete. */
typedef struct {
  const gchar *path;
  guint index; /* from 0 */
  guint64 n_points;
  guint64 n_bytes;
} GstSsioRecordedFile;

typedef struct {
  void (*complete) (const GstSsioRecordedFile *file, gpointer user_data);
  /* What a process that was killed had left where this one writes was moved
   * there. */
  void (*moved) (const gchar *from, const gchar *to, gpointer user_data);
} GstSsioRecorderCalls;

typedef struct _GstSsioRecorder GstSsioRecorder;

/* Makes the first file, so that what is wrong with its place shows. Whatever
 * sets an error here and in what follows, the recorder is only to be freed
 * then. The config is copied. */
GstSsioRecorder *gst_ssio_recorder_new (const GstSsioRecorderConfig *config,
    const GstSsioRecorderCalls *calls, gpointer user_data, GError **error);

/* Leaves what is not complete as .part, where it has points. */
void gst_ssio_recorder_free (GstSsioRecorder *recorder);

/* Whether any came into the file that has not ended. */
gboolean gst_ssio_recorder_has_points (const GstSsioRecorder *recorder);

/* What the points are that follow, which are copied. Others end the file. */
gboolean gst_ssio_recorder_set_points (GstSsioRecorder *recorder,
    const GstSsioRecordPoints *points, GError **error);

/* time is that of the first of them, in nanoseconds from anywhere. */
gboolean gst_ssio_recorder_write (GstSsioRecorder *recorder,
    const guint8 *points, guint64 n_points, guint64 time, GError **error);

/* The end of an epoch, and of its file. Without a number in location, what
 * comes after is an error unless it is appended. */
gboolean gst_ssio_recorder_end (GstSsioRecorder *recorder, GError **error);

/* Throws the file away that has not ended; what comes after may take its
 * place, or that of one that has. */
void gst_ssio_recorder_restart (GstSsioRecorder *recorder);

G_END_DECLS
