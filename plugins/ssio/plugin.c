/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "elements.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean registered = FALSE;

  registered |= GST_ELEMENT_REGISTER (ssiosrc, plugin);
  registered |= GST_ELEMENT_REGISTER (ssiocudaupload, plugin);
  registered |= GST_ELEMENT_REGISTER (ssiocudadownload, plugin);
  registered |= GST_ELEMENT_REGISTER (ssiolinear, plugin);
#if GST_SSIO_HAVE_VIDEO
  registered |= GST_ELEMENT_REGISTER (ssioscope, plugin);
#endif
  registered |= GST_ELEMENT_REGISTER (ssiovelodynedec, plugin);
  return registered;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, ssio,
    "Streams point clouds that are larger than memory into models",
    plugin_init, VERSION, "MIT/X11", PACKAGE,
    "https://gstreamer.freedesktop.org/")
