/* SPDX-License-Identifier: MIT */
/* JSON of any origin, read with json-glib. */
#pragma once

#include <gst/ssio/ssio-prelude.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reads an object that is nested no more than some levels deep. Sets it, owned
 * by the parser that is returned and to be unreferenced. NULL with error set to
 * what goes on after the text's name: "is no JSON: ..." */
GST_SSIO_API
JsonParser *gst_ssio_json_load (const gchar *text, gsize length,
    JsonObject **object, GError **error);

G_END_DECLS
