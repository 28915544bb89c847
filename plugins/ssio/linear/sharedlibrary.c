/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gmodule.h>

#include "sharedlibrary.h"

/* Another version may be in the process, of PyTorch say. */
#define FLAGS (G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL)

static GModule *
open_first (const gchar *variable, const gchar *const *names)
{
  const gchar *name = g_getenv (variable);
  GModule *module = NULL;

  if (name && *name)
    return g_module_open (name, FLAGS);
  for (; *names && !module; names++)
    module = g_module_open (*names, FLAGS);
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

gboolean
gst_ssio_shared_library_open (const gchar *variable, const gchar *const *names,
    const GstSsioSymbol *symbols, gchar **reason)
{
  GModule *module = open_first (variable, names);
  const gboolean found = module && find_symbols (module, symbols);

  if (found)
    g_module_make_resident (module);
  else
    *reason = g_strdup (g_module_error ());
  if (module)
    g_module_close (module);
  return found;
}
