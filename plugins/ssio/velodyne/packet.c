/* SPDX-License-Identifier: MIT */
/* VLP-16 User Manual, 63-9243 Rev. E, section 9.3: twelve blocks of 100 bytes,
 * a timestamp and two factory bytes; HDL-32E packets are the same but for how
 * many firings a block has. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "packet.h"

#define N_BLOCKS 12
#define BLOCK_BYTES 100
#define BLOCK_HEADER_BYTES 4
#define BLOCK_FLAG 0xeeff
#define TIMESTAMP_AT (N_BLOCKS * BLOCK_BYTES)
#define RETURN_MODE_AT (TIMESTAMP_AT + 4)
#define PRODUCT_ID_AT (RETURN_MODE_AT + 1)
#define DUAL_RETURN 0x39

static guint16
read_u16 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

static guint32
read_u32 (const guint8 *bytes)
{
  return read_u16 (bytes) | (guint32) read_u16 (bytes + 2) << 16;
}

static gint
read_azimuth (const guint8 *block)
{
  return read_u16 (block + 2);
}

static gboolean
is_block (const guint8 *block)
{
  return read_u16 (block) == BLOCK_FLAG
         && read_azimuth (block) < GST_SSIO_VELODYNE_TURN;
}

/* A bit back is no gap: where it stands still, azimuths tremble. */
static gint
measure_gap (const guint8 *block, const guint8 *next)
{
  gint gap = read_azimuth (next) - read_azimuth (block);

  if (gap < 0 && gap >= -GST_SSIO_VELODYNE_MAX_BACK)
    return 0;
  return gap < 0 ? gap + GST_SSIO_VELODYNE_TURN : gap;
}

/* How long it takes to turn over a jump, at the speed before it. */
static guint
measure_dark (const GstSsioVelodyneParser *parser, gint jump)
{
  const GstSsioVelodyneModel *model = parser->model;
  guint64 block_ns = model->firings_per_block * model->firing_ns;

  if (parser->gap == 0)
    return 0;
  return MIN ((jump - parser->gap) * block_ns / parser->gap,
      GST_SSIO_VELODYNE_MAX_PERIOD);
}

/* Section 9.5: speed is taken to be constant over a block, and after the last
 * one to be what it was before. Returns for how long it is dark after the
 * block, which the packet's timestamp and the place in it do not tell. */
static guint
update_gap (GstSsioVelodyneParser *parser, const guint8 *block,
    const guint8 *next, guint *n_jumps)
{
  gint gap = measure_gap (block, next);

  if (gap > gst_ssio_velodyne_model_get_max_gap (parser->model)) {
    (*n_jumps)++;
    return measure_dark (parser, gap);
  }
  parser->gap = gap;
  return 0;
}

/* A block, or with dual return the first of two of the same firings: it has
 * the last return, and the second has the strongest. */
static void
add_firings (const GstSsioVelodyneParser *parser,
    GstSsioVelodynePacket *packet, const guint8 *block, guint first_firing,
    guint dark_ns)
{
  const GstSsioVelodyneModel *model = parser->model;
  gdouble gap = (gdouble) parser->gap / model->firings_per_block;
  guint bytes = model->n_channels * GST_SSIO_VELODYNE_CHANNEL_BYTES;
  guint i;

  for (i = 0; i < model->firings_per_block; i++) {
    GstSsioVelodyneFiring *firing = &packet->firings[packet->n_firings++];
    gdouble azimuth = read_azimuth (block) + i * gap;

    if (azimuth >= GST_SSIO_VELODYNE_TURN)
      azimuth -= GST_SSIO_VELODYNE_TURN;
    firing->azimuth = azimuth;
    firing->gap = gap;
    firing->offset_ns = (first_firing + i) * model->firing_ns;
    firing->dark_ns = dark_ns;
    firing->first = block + BLOCK_HEADER_BYTES + i * bytes;
    firing->second = packet->is_dual ? firing->first + BLOCK_BYTES : NULL;
  }
}

/* More than one are azimuths that are wrong. */
static void
judge_jumps (GstSsioVelodynePacket *packet, guint n_jumps)
{
  guint i;

  packet->has_jump = n_jumps == 1;
  if (n_jumps > 1) {
    for (i = 0; i < packet->n_firings; i++)
      packet->firings[i].dark_ns = 0;
  }
}

static void
add_blocks (GstSsioVelodyneParser *parser, GstSsioVelodynePacket *packet,
    const guint8 *bytes)
{
  guint returns = packet->is_dual ? 2 : 1;
  guint n_jumps = 0;
  guint dark_ns = 0;
  guint i;

  for (i = 0; i < N_BLOCKS; i += returns) {
    const guint8 *block = bytes + i * BLOCK_BYTES;
    const guint8 *next = block + returns * BLOCK_BYTES;
    guint dark_after_ns = 0;

    if (!is_block (block) || !is_block (next - BLOCK_BYTES))
      continue;
    if (i + returns < N_BLOCKS && is_block (next))
      dark_after_ns = update_gap (parser, block, next, &n_jumps);
    add_firings (parser, packet, block,
        i / returns * parser->model->firings_per_block, dark_ns);
    dark_ns += dark_after_ns;
  }
  judge_jumps (packet, n_jumps);
  packet->span_ns = N_BLOCKS / returns * parser->model->firings_per_block
                    * parser->model->firing_ns;
}

static gboolean
has_block (const guint8 *bytes)
{
  guint i;

  for (i = 0; i < N_BLOCKS; i++) {
    if (is_block (bytes + i * BLOCK_BYTES))
      return TRUE;
  }
  return FALSE;
}

static gboolean
choose_model (GstSsioVelodyneParser *parser, guint8 product_id)
{
  const GstSsioVelodyneModel *model
      = gst_ssio_velodyne_model_identify (product_id);

  if (!parser->model)
    parser->model = model;
  return parser->model
         && (model == parser->model || (!model && parser->is_given));
}

GstSsioVelodyneKind
gst_ssio_velodyne_parse (GstSsioVelodyneParser *parser, const guint8 *bytes,
    gsize size, GstSsioVelodynePacket *packet)
{
  if (size == GST_SSIO_VELODYNE_POSITION_BYTES)
    return GST_SSIO_VELODYNE_POSITION;
  if (size != GST_SSIO_VELODYNE_PACKET_BYTES)
    return GST_SSIO_VELODYNE_OTHER_SIZE;
  if (!has_block (bytes))
    return GST_SSIO_VELODYNE_OTHER_CONTENT;
  packet->product_id = bytes[PRODUCT_ID_AT];
  if (!choose_model (parser, packet->product_id))
    return GST_SSIO_VELODYNE_OTHER_MODEL;

  packet->timestamp = read_u32 (bytes + TIMESTAMP_AT);
  packet->is_dual = bytes[RETURN_MODE_AT] == DUAL_RETURN;
  packet->n_firings = 0;
  add_blocks (parser, packet, bytes);
  return GST_SSIO_VELODYNE_DATA;
}
