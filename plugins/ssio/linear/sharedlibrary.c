/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gmodule.h>

#include "sharedlibrary.h"

/* Another version may be in the process, of PyTorch say. */
#define FLAGS (G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL)

static GModule *
open_first (const GstSsioSharedLibrary *library)
{
  const gchar *named = g_getenv (library->variable);
  GModule *module = NULL;
  guint i;

  if (named && *named)
    return g_module_open (named, FLAGS);
  for (i = 0; library->names[i] && !module; i++)
    module = g_module_open (library->names[i], FLAGS);
  return module;
}

static gboolean
find_symbols (GModule *module, const GstSsioSymbol *symbols)
{
  for (; symbols->name; symbols++) {
    if (!g_module_symbol (module, symbols->name, symbols->place))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load (const GstSsioSharedLibrary *library, gchar **reason)
{
  GModule *module = open_first (library);
  const gboolean found = module && find_symbols (module, library->symbols);

  if (found)
    g_module_make_resident (module);
  else
    *reason = g_strdup (g_module_error ());
  if (module)
    g_module_close (module);
  return found;
}

gboolean
gst_ssio_shared_library_need (GstSsioSharedLibrary *library, gchar **reason)
{
  gboolean is_open;

  g_mutex_lock (&library->lock);
  if (!library->is_open)
    library->is_open = load (library, reason);
  is_open = library->is_open;
  g_mutex_unlock (&library->lock);
  return is_open;
}
