/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "ranks.h"

static const struct {
  const gchar *rank;
  const gchar *n_ranks;
} launchers[] = {
  { "RANK", "WORLD_SIZE" },
  { "SLURM_PROCID", "SLURM_NTASKS" },
  { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" },
};

static gboolean
parse (const gchar *name, const gchar *text, guint64 max, guint *number,
    GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &value, NULL)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s=\"%s\" in the environment: expected a number from 0 to "
        "%" G_GUINT64_FORMAT "; set num-shards and shard-index instead",
        name, text, max);
    return FALSE;
  }
  *number = value;
  return TRUE;
}

gboolean
gst_ssio_ranks_find (guint *rank, guint *n_ranks, GError **error)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (launchers); i++) {
    const gchar *rank_text = g_getenv (launchers[i].rank);
    const gchar *n_text = g_getenv (launchers[i].n_ranks);

    if (rank_text && n_text)
      return parse (launchers[i].n_ranks, n_text, G_MAXINT, n_ranks, error)
             && parse (launchers[i].rank, rank_text, MAX (*n_ranks, 1) - 1,
                 rank, error);
  }
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "shard-index or num-shards is -1: expected RANK and WORLD_SIZE, "
      "SLURM_PROCID and SLURM_NTASKS, or OMPI_COMM_WORLD_RANK and "
      "OMPI_COMM_WORLD_SIZE in the environment, found none; start it with "
      "torchrun, srun or mpirun, or set both");
  return FALSE;
}
