/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "decoder.h"

void
gst_ssio_velodyne_decoder_start (GstSsioVelodyneDecoder *decoder,
    const GstSsioVelodyneSettings *settings)
{
  GstPad *pad = decoder->output.pad;

  *decoder = (GstSsioVelodyneDecoder){ .settings = *settings };
  decoder->output.pad = pad;
  decoder->parser.model = settings->model;
  decoder->parser.is_given = settings->model != NULL;
  decoder->sweep.is_torn = TRUE;
  /* 360 degrees are 0 */
  if (settings->cut_angle < 360)
    decoder->revolution.cut = settings->cut_angle * 100;
}

void
gst_ssio_velodyne_decoder_stop (GstSsioVelodyneDecoder *decoder)
{
  gst_ssio_sweep_clear (&decoder->sweep);
  gst_ssio_velodyne_output_reset (&decoder->output);
}

/* A batch is whole at the time when the next one begins, which with a limited
 * field of view is later than when its last firing ends. */
static void
measure_period (GstSsioVelodyneDecoder *decoder, guint64 time)
{
  const GstSsioSweep *sweep = &decoder->sweep;

  if (sweep->buffer && sweep->is_at_cut && !sweep->is_torn)
    decoder->period
        = MAX (decoder->period, MAX (time, sweep->ends) - sweep->begins);
}

/* Pushes what there is. at_cut says that it ends where revolutions do. */
static GstFlowReturn
end_revolution (GstSsioVelodyneDecoder *decoder, gboolean at_cut)
{
  GstSsioSweep *sweep = &decoder->sweep;

  if (!sweep->buffer)
    return GST_FLOW_OK;
  sweep->is_at_cut = at_cut;
  decoder->stats.revolutions++;
  decoder->stats.points += sweep->n_points;
  return gst_ssio_velodyne_output_push (&decoder->output, sweep);
}

/* Nothing is known of how the next firing follows. */
static GstFlowReturn
interrupt (GstSsioVelodyneDecoder *decoder)
{
  GstFlowReturn flow = end_revolution (decoder, FALSE);

  decoder->revolution.turns = FALSE;
  decoder->sweep.is_torn = TRUE;
  return flow;
}

/* Ends the revolution that a firing does not belong to. */
static GstFlowReturn
turn (GstSsioVelodyneDecoder *decoder, const GstSsioVelodyneFiring *firing,
    guint64 time)
{
  gdouble speed = firing->gap / decoder->parser.model->firing_ns;

  switch (gst_ssio_velodyne_revolution_add (&decoder->revolution,
      firing->azimuth, time, speed)) {
  case GST_SSIO_VELODYNE_BEGINS:
    measure_period (decoder, time);
    return end_revolution (decoder, TRUE);
  case GST_SSIO_VELODYNE_INTERRUPTS:
    return interrupt (decoder);
  default:
    if (decoder->sweep.buffer && !gst_ssio_sweep_has_room (&decoder->sweep))
      return end_revolution (decoder, FALSE);
    return GST_FLOW_OK;
  }
}

static GstFlowReturn
take_firing (GstSsioVelodyneDecoder *decoder,
    const GstSsioVelodyneFiring *firing, guint64 time, GstClockTime pts)
{
  GstSsioSweep *sweep = &decoder->sweep;
  GstFlowReturn flow = turn (decoder, firing, time);
  gfloat seconds;

  if (flow == GST_FLOW_OK)
    flow = gst_ssio_sweep_begin (sweep, decoder->output.pool, pts, time);
  if (flow != GST_FLOW_OK)
    return flow;
  /* negative where a packet is late */
  seconds = (gint64) (time - sweep->begins) / 1e9;
  sweep->n_points += gst_ssio_velodyne_aim_firing (&decoder->aim, firing,
      seconds, gst_ssio_sweep_get_end (sweep));
  sweep->ends = MAX (sweep->ends, time + decoder->parser.model->firing_ns);
  return GST_FLOW_OK;
}

static GstFlowReturn
take_firings (GstSsioVelodyneDecoder *decoder, guint64 time, GstClockTime pts)
{
  const GstSsioVelodynePacket *packet = &decoder->packet;
  GstFlowReturn flow = gst_ssio_velodyne_output_prepare (&decoder->output,
      decoder->parser.model);
  guint i;

  for (i = 0; flow == GST_FLOW_OK && i < packet->n_firings; i++) {
    const GstSsioVelodyneFiring *firing = &packet->firings[i];

    /* a packet that goes on over a dark part comes after it */
    flow = take_firing (decoder, firing,
        time + firing->offset_ns + firing->dark_ns,
        GST_CLOCK_TIME_IS_VALID (pts) ? pts + firing->offset_ns : pts);
  }
  return flow;
}

/* Where the packet stands in time. One that is late was taken for lost. */
static GstFlowReturn
place (GstSsioVelodyneDecoder *decoder, guint64 *time)
{
  guint n_lost;

  switch (gst_ssio_velodyne_timeline_add (&decoder->timeline, &decoder->packet,
      time, &n_lost)) {
  case GST_SSIO_VELODYNE_LATE:
    if (decoder->stats.lost > 0)
      decoder->stats.lost--;
    return GST_FLOW_OK;
  case GST_SSIO_VELODYNE_RESTARTS:
    decoder->n_restarts++;
    return interrupt (decoder);
  default:
    decoder->stats.lost += n_lost;
    decoder->sweep.is_torn |= n_lost > 0;
    return GST_FLOW_OK;
  }
}

GstFlowReturn
gst_ssio_velodyne_decoder_take (GstSsioVelodyneDecoder *decoder,
    const guint8 *bytes, gsize size, GstClockTime pts,
    GstSsioVelodyneKind *kind)
{
  const GstSsioVelodyneSettings *settings = &decoder->settings;
  GstFlowReturn flow;
  guint64 time;

  *kind = gst_ssio_velodyne_parse (&decoder->parser, bytes, size,
      &decoder->packet);
  if (*kind != GST_SSIO_VELODYNE_DATA) {
    decoder->stats.other++;
    return GST_FLOW_OK;
  }
  if (decoder->stats.packets++ == 0)
    gst_ssio_velodyne_aim_init (&decoder->aim, decoder->parser.model,
        settings->min_range, settings->max_range);
  flow = place (decoder, &time);
  if (flow == GST_FLOW_OK)
    flow = take_firings (decoder, time, pts);
  return flow;
}

GstFlowReturn
gst_ssio_velodyne_decoder_drain (GstSsioVelodyneDecoder *decoder)
{
  gboolean is_limited = decoder->timeline.is_limited;

  decoder->timeline = (GstSsioVelodyneTimeline){ .is_limited = is_limited };
  return interrupt (decoder);
}

void
gst_ssio_velodyne_decoder_flush (GstSsioVelodyneDecoder *decoder)
{
  gst_ssio_sweep_clear (&decoder->sweep);
  gst_ssio_velodyne_output_flush (&decoder->output);
  gst_ssio_velodyne_decoder_drain (decoder);
}
