/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "kernels.h"

#ifdef HAVE_CUDA_KERNELS
#include "forward-image.h"
#endif

static const gchar *
get_file (void)
{
  const gchar *file = g_getenv ("GST_SSIO_CUDA_KERNELS");

  return file && *file ? file : NULL;
}

gboolean
gst_ssio_kernels_are_built (void)
{
#ifdef HAVE_CUDA_KERNELS
  return TRUE;
#else
  return get_file () != NULL;
#endif
}

static GBytes *
get_built_image (GError **error)
{
#ifdef HAVE_CUDA_KERNELS
  return g_bytes_new_static (gst_ssio_forward_image,
      sizeof (gst_ssio_forward_image));
#else
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "this build has no CUDA kernels: there was no nvcc; install the CUDA "
      "Toolkit and configure with meson option -Dcuda=enabled");
  return NULL;
#endif
}

GBytes *
gst_ssio_kernels_get_image (GError **error)
{
  const gchar *file = get_file ();
  GError *cause = NULL;
  gchar *image;
  gsize size;

  if (!file)
    return get_built_image (error);
  if (!g_file_get_contents (file, &image, &size, &cause)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "GST_SSIO_CUDA_KERNELS: %s", cause->message);
    g_error_free (cause);
    return NULL;
  }
  return g_bytes_new_take (image, size);
}
