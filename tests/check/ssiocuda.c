/* SPDX-License-Identifier: MIT */

#include <gmodule.h>
#include <gst/ssio/cuda/loader.h>
#include <stdlib.h>
#include <string.h>

#include "ssiocuda.h"

#define LIBRARY "GST_SSIO_CUDA_LIBRARY"

static void __attribute__ ((constructor)) choose_driver (void)
{
  if (g_strcmp0 (g_getenv ("SSIO_CHECK_CUDA"), "real") == 0) {
    g_unsetenv (LIBRARY);
    g_unsetenv ("GST_SSIO_CUDA_KERNELS");
    g_unsetenv ("GST_SSIO_CUBLASLT_LIBRARY");
  }
}

static gboolean
load (SsioFakeCuda *fake)
{
  const gchar *path = g_getenv (LIBRARY);
  GModule *module;

  if (!path)
    return FALSE;
  module = g_module_open (path, G_MODULE_BIND_LAZY);
  if (!module)
    g_error ("%s", g_module_error ());
  g_module_make_resident (module);
#define LOAD(name) \
  if (!g_module_symbol (module, "fakecuda_" #name, (gpointer *) &fake->name)) \
    g_error ("%s", g_module_error ());
  SSIO_FAKE_CUDA_FUNCTIONS (LOAD)
#undef LOAD
  g_module_close (module);
  return TRUE;
}

const SsioFakeCuda *
ssio_fake_cuda (void)
{
  static SsioFakeCuda fake;
  static gsize state = 0; /* 1: there is none, 2: there is one */

  if (g_once_init_enter (&state))
    g_once_init_leave (&state, load (&fake) ? 2 : 1);
  return state == 2 ? &fake : NULL;
}

gboolean
ssio_cuda_have_device (void)
{
  const GstSsioCudaDriver *driver = gst_ssio_cuda_get_driver (NULL);
  int n = 0;

  return driver && driver->cuDeviceGetCount (&n) == CUDA_SUCCESS && n > 0;
}

/* The last reference to a pipeline may be a thread's that GStreamer has not
 * ended yet when its state is NULL. */
static void
wait_for_contexts (const SsioFakeCuda *fake)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;
  FakecudaStats stats;

  fake->get_stats (&stats);
  while (stats.n_contexts > 0 && g_get_monotonic_time () < end) {
    g_usleep (1000);
    fake->get_stats (&stats);
  }
}

void
ssio_cuda_check_clean (void)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *report;

  if (!fake)
    return;
  wait_for_contexts (fake);
  fake->check_leaks ();
  report = fake->take_report ();
  fail_unless (report == NULL, "%s", report);
}

void
ssio_cuda_check_misuse (const gchar *part)
{
  gchar *report = ssio_fake_cuda ()->take_report ();

  fail_unless (report != NULL, "expected %s", part);
  fail_unless (strstr (report, part) != NULL, "expected %s, found %s", part,
      report);
  free (report);
}
