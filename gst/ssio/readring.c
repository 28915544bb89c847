/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>

#include "readring.h"

#if GST_SSIO_HAVE_LIBURING

#include <liburing.h>

struct _GstSsioReadRing {
  struct io_uring ring;
};

GstSsioReadRing *
gst_ssio_read_ring_new (guint n_reads, gint *number)
{
  GstSsioReadRing *ring = g_new0 (GstSsioReadRing, 1);
  gint result = io_uring_queue_init (n_reads, &ring->ring, 0);

  if (result == 0)
    return ring;
  *number = -result;
  g_free (ring);
  return NULL;
}

void
gst_ssio_read_ring_free (GstSsioReadRing *ring)
{
  io_uring_queue_exit (&ring->ring);
  g_free (ring);
}

static gboolean
is_passing (gint result)
{
  return result == -EINTR || result == -EAGAIN || result == -EBUSY;
}

gint
gst_ssio_read_ring_start (GstSsioReadRing *ring, gint fd, guint8 *bytes,
    gsize size, guint64 offset, gpointer tag)
{
  struct io_uring_sqe *sqe = io_uring_get_sqe (&ring->ring);
  gint result;

  if (!sqe)
    return EBUSY;
  io_uring_prep_read (sqe, fd, bytes, size, offset);
  io_uring_sqe_set_data (sqe, tag);
  do
    result = io_uring_submit (&ring->ring);
  while (is_passing (result));
  if (result >= 0)
    return 0;
  /* it stays in the queue, and must not write anywhere later */
  io_uring_prep_nop (sqe);
  io_uring_sqe_set_data (sqe, NULL);
  return -result;
}

gpointer
gst_ssio_read_ring_wait (GstSsioReadRing *ring, gssize *result)
{
  gpointer tag = NULL;

  while (!tag) {
    struct io_uring_cqe *cqe;
    gint waited = io_uring_wait_cqe (&ring->ring, &cqe);

    if (is_passing (waited))
      continue;
    if (waited < 0)
      return NULL;
    tag = io_uring_cqe_get_data (cqe);
    *result = cqe->res;
    io_uring_cqe_seen (&ring->ring, cqe);
  }
  return tag;
}

#else

GstSsioReadRing *
gst_ssio_read_ring_new (guint n_reads, gint *number)
{
  *number = ENOSYS;
  return NULL;
}

void
gst_ssio_read_ring_free (GstSsioReadRing *ring)
{
}

gint
gst_ssio_read_ring_start (GstSsioReadRing *ring, gint fd, guint8 *bytes,
    gsize size, guint64 offset, gpointer tag)
{
  return ENOSYS;
}

gpointer
gst_ssio_read_ring_wait (GstSsioReadRing *ring, gssize *result)
{
  return NULL;
}

#endif
