/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gmodule.h>

#include "leaving.h"
#include "mpiloader.h"
#include "patience.h"

/* For the other ranks to hear at the end that this one has left, which takes
 * them the rest of a batch of a training. That of an epoch of an evaluation may
 * be longer. */
#define FAREWELL_SECONDS 60

/* mpirun has started all processes by then, as a rule. */
#define PATIENCE_SECONDS 10

static GMutex lock; /* of what follows */
static const GstSsioTransport *transport;
static gboolean is_initialized;
static guint own_rank, all_ranks;

static gchar *
find_module (void)
{
  const gchar *name = g_getenv ("GST_SSIO_MPI_MODULE");
  GstPlugin *plugin;
  gchar *folder = NULL;
  gchar *path;

  if (name && *name)
    return g_strdup (name);
  plugin = gst_registry_find_plugin (gst_registry_get (), "ssio");
  if (plugin && gst_plugin_get_filename (plugin))
    folder = g_path_get_dirname (gst_plugin_get_filename (plugin));
  path = g_build_filename (folder ? folder : GST_SSIO_PLUGINS_DIR,
      GST_SSIO_MPI_MODULE, NULL);
  g_free (folder);
  gst_clear_object (&plugin);
  return path;
}

/* For all to see: Open MPI opens modules of its own that need its symbols. */
static gboolean
load (GError **error)
{
  gchar *path = find_module ();
  GModule *module = g_module_open (path, G_MODULE_BIND_LAZY);
  gpointer symbol;

  if (module && g_module_symbol (module, GST_SSIO_TRANSPORT_SYMBOL, &symbol)) {
    transport = symbol;
    g_module_make_resident (module);
  } else {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "distributed=true needs Open MPI and %s, which cannot be opened: %s; "
        "install openmpi-bin, or build with -Dmpi=enabled (libopenmpi-dev)",
        path, g_module_error ());
  }
  if (module)
    g_module_close (module);
  g_free (path);
  return transport != NULL;
}

/* MPI ends at the exit. The others are told first that no more comes from
 * here; where that cannot be done orderly, they would wait for ever. */
static void
before_finalize (void)
{
  if (gst_ssio_leaving_wait (FAREWELL_SECONDS))
    return;
  g_printerr (
      "ssio: rank %u (of 0 to %u) exits while other ranks may still "
      "wait for it, which ends all of them; what it has printed before "
      "says why. A pipeline has to be set to NULL before the exit, and "
      "all ranks have to go on for the same number of epochs\n",
      own_rank, all_ranks - 1);
  transport->abort ();
}

/* MPI waits for all processes of mpirun without an end, and so for one that
 * does not use it. */
static gboolean
init (GError **error)
{
  GstSsioPatience *patience = gst_ssio_patience_new (PATIENCE_SECONDS,
      "ssio: waits for the other processes that mpirun has started; each of "
      "them needs ssiolinear with distributed=true");
  const gboolean ok
      = transport->init (before_finalize, &own_rank, &all_ranks, error);

  gst_ssio_patience_free (patience);
  return ok;
}

const GstSsioTransport *
gst_ssio_mpi_get (guint *rank, guint *n_ranks, GError **error)
{
  const GstSsioTransport *initialized = NULL;

  g_mutex_lock (&lock);
  if (transport || load (error)) {
    if (!is_initialized)
      is_initialized = init (error);
    if (is_initialized)
      initialized = transport;
    *rank = own_rank;
    *n_ranks = all_ranks;
  }
  g_mutex_unlock (&lock);
  return initialized;
}
