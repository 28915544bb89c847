/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "staging.h"

GST_DEBUG_CATEGORY_STATIC (ssio_staging_debug);
#define GST_CAT_DEFAULT ssio_staging_debug

/* Batches of each way; the least of them counts, as others are disturbed. */
#define N_TRIES 4

GType
gst_ssio_staging_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_STAGING_AUTO,
        "pinned or register, whichever the first batches show to be faster",
        "auto" },
    { GST_SSIO_STAGING_PINNED,
        "Through page-locked buffers, which ssiosrc reads into", "pinned" },
    { GST_SSIO_STAGING_REGISTER,
        "Page-lock the mapped file itself; as pinned where that cannot be",
        "register" },
    { GST_SSIO_STAGING_PAGEABLE, "Leave it to the driver", "pageable" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioStaging", values));
  return type;
}

GstSsioStaging
gst_ssio_staging_trial_choose (GstSsioStagingTrial *trial)
{
  if (trial->choice != GST_SSIO_STAGING_AUTO)
    return trial->choice;
  if (trial->registered.n_tried < trial->pinned.n_tried)
    return GST_SSIO_STAGING_REGISTER;
  return GST_SSIO_STAGING_PINNED;
}

static void
choose (GstSsioStagingTrial *trial)
{
  gboolean registers = trial->registered.least < trial->pinned.least;

  GST_DEBUG_CATEGORY_INIT (ssio_staging_debug, "ssiostaging", 0,
      "ways of bytes to CUDA devices");
  trial->choice
      = registers ? GST_SSIO_STAGING_REGISTER : GST_SSIO_STAGING_PINNED;
  GST_INFO ("page-locking the mapped file takes %.1f microseconds a megabyte, "
            "copying it %.1f: %s from now on",
      1e6 * trial->registered.least, 1e6 * trial->pinned.least,
      registers ? "page-locking" : "copying");
}

static void
add_cost (GstSsioStagingCost *sofar, gdouble cost)
{
  if (sofar->n_tried++ == 0 || cost < sofar->least)
    sofar->least = cost;
}

void
gst_ssio_staging_trial_add (GstSsioStagingTrial *trial, GstSsioStaging how,
    gsize size, gint64 microseconds)
{
  gdouble cost = (gdouble) microseconds / MAX (size, 1);

  if (trial->choice != GST_SSIO_STAGING_AUTO)
    return;
  if (how == GST_SSIO_STAGING_PINNED)
    add_cost (&trial->pinned, cost);
  else if (how == GST_SSIO_STAGING_REGISTER)
    add_cost (&trial->registered, cost);
  if (trial->pinned.n_tried >= N_TRIES && trial->registered.n_tried >= N_TRIES)
    choose (trial);
}
