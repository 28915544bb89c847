/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "warnings.h"

#define PAUSE_US (10 * G_USEC_PER_SEC)

/* Whether it is time for a warning of what there is by now: at once for the
 * first, and then at most every PAUSE_US, or where this is the end. Returns how
 * many things are new, or 0. */
static guint64
take_due (GstSsioVelodyneConcern *concern, gboolean is_end)
{
  guint64 n = concern->n - concern->n_warned;
  gint64 now;

  if (n == 0)
    return 0;
  now = g_get_monotonic_time ();
  if (!is_end && concern->n_warned > 0 && now - concern->warned_at < PAUSE_US)
    return 0;
  concern->n_warned = concern->n;
  concern->warned_at = now;
  return n;
}

static void
warn_of_lost (GstSsioVelodyneWarnings *warnings, GstElement *element,
    const GstSsioVelodyneStats *stats, gboolean is_end)
{
  guint64 n;

  /* those that came late are no longer counted */
  warnings->lost.n = MAX (warnings->lost.n, stats->lost);
  n = take_due (&warnings->lost, is_end);
  if (n > 0)
    GST_ELEMENT_WARNING (element, RESOURCE, READ,
        ("%" G_GUINT64_FORMAT
         " packets of the sensor did not come, %" G_GUINT64_FORMAT
         " so far where %" G_GUINT64_FORMAT " did: a larger "
         "buffer-size of udpsrc (up to net.core.rmem_max), or a queue after "
         "this element, gives them time",
            n, stats->lost, stats->packets),
        (NULL));
}

static void
warn_of_restarts (GstSsioVelodyneWarnings *warnings, GstElement *element,
    guint64 n_restarts, gboolean is_end)
{
  guint64 n;

  warnings->restarts.n = n_restarts;
  n = take_due (&warnings->restarts, is_end);
  if (n > 0)
    GST_ELEMENT_WARNING (element, STREAM, DECODE,
        ("the sensor's clock jumped %" G_GUINT64_FORMAT " times, and a batch "
         "ends at each: it was set, the sensor began anew, or nothing came for "
         "10 s; where it goes on, check that no other sensor sends to the same "
         "port",
            n),
        (NULL));
}

static gchar *
describe_other (GstSsioVelodyneKind kind, gsize size, guint8 product_id,
    const GstSsioVelodyneModel *model)
{
  switch (kind) {
  case GST_SSIO_VELODYNE_OTHER_SIZE:
    return g_strdup_printf (
        "expected packets of %u bytes, found one of %" G_GSIZE_FORMAT
        " bytes; check the port, that nothing else sends to it, and that "
        "recordings come through pcapparse",
        GST_SSIO_VELODYNE_PACKET_BYTES, size);
  case GST_SSIO_VELODYNE_OTHER_CONTENT:
    return g_strdup_printf (
        "found a packet of %u bytes in which no block begins with FF EE and "
        "an azimuth below 360 degrees; check that a Velodyne sends it",
        GST_SSIO_VELODYNE_PACKET_BYTES);
  case GST_SSIO_VELODYNE_OTHER_MODEL:
    if (model)
      return g_strdup_printf ("expected packets of model %s (product id "
                              "0x%02x), found one of product id 0x%02x; check "
                              "model, and that each sensor has a port of its "
                              "own",
          model->name, model->product_id, product_id);
    return g_strdup_printf (
        "found a packet of product id 0x%02x, which is not a VLP-16 (0x22) or "
        "HDL-32E (0x21); set model only where its channels are aimed and timed "
        "as those of one of them, which a Puck Hi-Res's (0x24) are not",
        product_id);
  default:
    g_return_val_if_reached (NULL);
  }
}

static void
warn_of_other (GstSsioVelodyneWarnings *warnings, GstElement *element,
    const GstSsioVelodyneDecoder *decoder, GstSsioVelodyneKind kind,
    gsize size)
{
  guint64 n;
  gchar *text;

  warnings->other.n++;
  n = take_due (&warnings->other, FALSE);
  if (n == 0)
    return;
  text = describe_other (kind, size, decoder->packet.product_id,
      decoder->parser.model);
  GST_ELEMENT_WARNING (element, STREAM, WRONG_TYPE,
      ("packets passed over: %" G_GUINT64_FORMAT "; %s", n, text), (NULL));
  g_free (text);
}

void
gst_ssio_velodyne_warnings_packet (GstSsioVelodyneWarnings *warnings,
    GstElement *element, const GstSsioVelodyneDecoder *decoder,
    GstSsioVelodyneKind kind, gsize size)
{
  if (kind == GST_SSIO_VELODYNE_DATA) {
    warn_of_lost (warnings, element, &decoder->stats, FALSE);
    warn_of_restarts (warnings, element, decoder->n_restarts, FALSE);
  } else if (kind != GST_SSIO_VELODYNE_POSITION) {
    warn_of_other (warnings, element, decoder, kind, size);
  }
}

static void
warn_of_other_end (GstSsioVelodyneWarnings *warnings, GstElement *element)
{
  guint64 n = take_due (&warnings->other, TRUE);

  if (n > 0)
    GST_ELEMENT_WARNING (element, STREAM, WRONG_TYPE,
        ("packets passed over: %" G_GUINT64_FORMAT " more, %" G_GUINT64_FORMAT
         " in all; a warning before says what was wrong with some",
            n, warnings->other.n),
        (NULL));
}

void
gst_ssio_velodyne_warnings_end (GstSsioVelodyneWarnings *warnings,
    GstElement *element, const GstSsioVelodyneDecoder *decoder)
{
  const GstSsioVelodyneStats *stats = &decoder->stats;

  warn_of_lost (warnings, element, stats, TRUE);
  warn_of_restarts (warnings, element, decoder->n_restarts, TRUE);
  warn_of_other_end (warnings, element);
  if (stats->packets == 0)
    GST_ELEMENT_WARNING (element, STREAM, DECODE,
        ("no data packet of a sensor before the end of the stream, and %" G_GUINT64_FORMAT
         " others: expected UDP packets of %u bytes; check "
         "dst-port of pcapparse or port of udpsrc",
            stats->other, GST_SSIO_VELODYNE_PACKET_BYTES),
        (NULL));
}
