/* SPDX-License-Identifier: MIT */
/* Reads files in processes of their own: with this program's pipelines, and
 * with fio. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What such a process found; times are on the monotonic clock. */
typedef struct {
  gdouble start, end;
  gdouble first; /* seconds to the first batch */
  gdouble bytes;
  gdouble points;
  gdouble n_files;    /* most file descriptors */
  gdouble disk_bytes; /* that it had read from disks */
  gdouble peak;       /* most bytes that it held */
} SsioChild;

/* Starts this program with --stream SOURCE and --at TIME, which must then call
 * ssio_child_stream(). cgroup is the folder of the one that it joins, or
 * NULL. */
GSubprocess *ssio_child_start (const gchar *source, gdouble at,
    const gchar *cgroup);

/* Waits for its end, and frees it. */
void ssio_child_finish (GSubprocess *process, SsioChild *child);

/* Both, at once. */
void ssio_child_run (const gchar *source, const gchar *cgroup,
    SsioChild *child);

/* Streams from that time on and prints what it found. */
void ssio_child_stream (const gchar *source, gdouble at);

/* Bytes a second that fio reads from start to end, in blocks of so many bytes
 * and with its other arguments, a list as for a shell. */
gdouble ssio_child_run_fio (const gchar *path, gsize block,
    const gchar *arguments, const gchar *cgroup);

G_END_DECLS
