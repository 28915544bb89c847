/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiocudacontext
 * @title: GstSsioCudaContext
 * @short_description: a CUDA device and its primary context
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "context-private.h"

GST_DEBUG_CATEGORY (gst_ssio_cuda_debug);
#define GST_CAT_DEFAULT gst_ssio_cuda_debug

#define MAX_NAME 128

struct _GstSsioCudaContext {
  GstObject parent;

  const GstSsioCudaDriver *driver;
  guint device_id;
  CUdevice device;
  CUcontext context; /* NULL until it is retained */
};

G_DEFINE_TYPE_WITH_CODE (GstSsioCudaContext, gst_ssio_cuda_context,
    GST_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (gst_ssio_cuda_debug, "ssiocuda", 0,
        "CUDA devices"))

static void
gst_ssio_cuda_context_finalize (GObject *object)
{
  GstSsioCudaContext *self = GST_SSIO_CUDA_CONTEXT (object);

  if (self->context)
    self->driver->cuDevicePrimaryCtxRelease (self->device);
  G_OBJECT_CLASS (gst_ssio_cuda_context_parent_class)->finalize (object);
}

static void
gst_ssio_cuda_context_class_init (GstSsioCudaContextClass *class)
{
  G_OBJECT_CLASS (class)->finalize = gst_ssio_cuda_context_finalize;
}

static void
gst_ssio_cuda_context_init (GstSsioCudaContext *self)
{
}

gint
gst_ssio_cuda_context_get_attribute (GstSsioCudaContext *context,
    gint attribute)
{
  int value = 0;

  if (context->driver->cuDeviceGetAttribute (&value, attribute,
          context->device)
      != CUDA_SUCCESS)
    return 0;
  return value;
}

static gboolean
find_device (GstSsioCudaContext *self, GError **error)
{
  int count = 0;

  if (!gst_ssio_cuda_call (self->driver, error, cuDeviceGetCount, &count))
    return FALSE;
  if (self->device_id >= (guint) count) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no CUDA device %u: the driver has %d device(s), counted from 0",
        self->device_id, count);
    return FALSE;
  }
  return gst_ssio_cuda_call (self->driver, error, cuDeviceGet, &self->device,
      self->device_id);
}

static gboolean
check_capability (GstSsioCudaContext *self, GError **error)
{
  char name[MAX_NAME] = "";
  int major, minor;

  if (!gst_ssio_cuda_call (self->driver, error, cuDeviceGetAttribute, &major,
          CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, self->device)
      || !gst_ssio_cuda_call (self->driver, error, cuDeviceGetAttribute,
          &minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, self->device))
    return FALSE;
  self->driver->cuDeviceGetName (name, sizeof (name), self->device);
  name[sizeof (name) - 1] = '\0';
  if (10 * major + minor < GST_SSIO_CUDA_MIN_CAPABILITY) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "CUDA device %u (%s) is too old: expected compute capability %d.%d or "
        "newer, found %d.%d",
        self->device_id, name, GST_SSIO_CUDA_MIN_CAPABILITY / 10,
        GST_SSIO_CUDA_MIN_CAPABILITY % 10, major, minor);
    return FALSE;
  }
  GST_INFO ("device %u: %s, compute capability %d.%d", self->device_id, name,
      major, minor);
  return TRUE;
}

/**
 * gst_ssio_cuda_context_new:
 * @device_id: number of the device, as the driver counts
 * @error: (nullable): return location for an error
 *
 * Opens the NVIDIA driver, where this process has not done so yet, and retains
 * the device's primary context. The environment variable
 * `GST_SSIO_CUDA_LIBRARY` names another library than `libcuda.so.1`.
 *
 * Returns: (transfer full) (nullable): the context, or %NULL with @error set
 *   to a #GstResourceError: %GST_RESOURCE_ERROR_NOT_FOUND where there is no
 *   driver or no such device that can be used
 *
 * Since: 0.1
 */
GstSsioCudaContext *
gst_ssio_cuda_context_new (guint device_id, GError **error)
{
  const GstSsioCudaDriver *driver = gst_ssio_cuda_get_driver (error);
  GstSsioCudaContext *self;

  if (!driver)
    return NULL;
  self = g_object_new (GST_TYPE_SSIO_CUDA_CONTEXT, NULL);
  gst_object_ref_sink (self);
  self->driver = driver;
  self->device_id = device_id;
  if (!find_device (self, error) || !check_capability (self, error)
      || !gst_ssio_cuda_call (driver, error, cuDevicePrimaryCtxRetain,
          &self->context, self->device))
    g_clear_pointer (&self, gst_object_unref);
  return self;
}

/**
 * gst_ssio_cuda_context_get_device_id:
 * @context: a context
 *
 * Returns: number of its device, as the driver counts
 *
 * Since: 0.1
 */
guint
gst_ssio_cuda_context_get_device_id (GstSsioCudaContext *context)
{
  g_return_val_if_fail (GST_IS_SSIO_CUDA_CONTEXT (context), 0);

  return context->device_id;
}

/**
 * gst_ssio_cuda_context_push:
 * @context: a context
 * @error: (nullable): return location for an error
 *
 * Makes it the calling thread's current one, until
 * gst_ssio_cuda_context_pop(); what was current is so again then.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the driver
 *   refuses, and then there is nothing to pop
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_context_push (GstSsioCudaContext *context, GError **error)
{
  g_return_val_if_fail (GST_IS_SSIO_CUDA_CONTEXT (context), FALSE);

  return gst_ssio_cuda_call (context->driver, error, cuCtxPushCurrent,
      context->context);
}

/**
 * gst_ssio_cuda_context_pop:
 * @context: the context that was pushed last
 *
 * Since: 0.1
 */
void
gst_ssio_cuda_context_pop (GstSsioCudaContext *context)
{
  CUcontext popped;

  g_return_if_fail (GST_IS_SSIO_CUDA_CONTEXT (context));

  context->driver->cuCtxPopCurrent (&popped);
}

const GstSsioCudaDriver *
gst_ssio_cuda_context_get_driver (GstSsioCudaContext *context)
{
  return context->driver;
}

CUdevice
gst_ssio_cuda_context_get_device (GstSsioCudaContext *context)
{
  return context->device;
}

static GstContext *
wrap (GstSsioCudaContext *context)
{
  GstContext *wrapped = gst_context_new (GST_SSIO_CUDA_CONTEXT_TYPE, TRUE);

  gst_structure_set (gst_context_writable_structure (wrapped), "context",
      GST_TYPE_SSIO_CUDA_CONTEXT, context, NULL);
  return wrapped;
}

/* The context in @wrapped where it is of that device. */
static GstSsioCudaContext *
unwrap (GstContext *wrapped, guint device_id)
{
  GstSsioCudaContext *context = NULL;

  if (wrapped
      && gst_context_has_context_type (wrapped, GST_SSIO_CUDA_CONTEXT_TYPE))
    gst_structure_get (gst_context_get_structure (wrapped), "context",
        GST_TYPE_SSIO_CUDA_CONTEXT, &context, NULL);
  if (context && context->device_id != device_id)
    g_clear_pointer (&context, gst_object_unref);
  return context;
}

static gboolean
query_pad (const GValue *item, GValue *result, gpointer query)
{
  GstPad *pad = g_value_get_object (item);

  if (!gst_pad_peer_query (pad, query))
    return TRUE;
  g_value_set_boolean (result, TRUE);
  return FALSE;
}

static gboolean
query_pads (GstIterator *pads, GstQuery *query)
{
  GValue found = G_VALUE_INIT;
  gboolean result;

  g_value_init (&found, G_TYPE_BOOLEAN);
  while (gst_iterator_fold (pads, query_pad, &found, query)
         == GST_ITERATOR_RESYNC) {
    g_value_set_boolean (&found, FALSE);
    gst_iterator_resync (pads);
  }
  gst_iterator_free (pads);
  result = g_value_get_boolean (&found);
  g_value_unset (&found);
  return result;
}

static GstSsioCudaContext *
find_in_neighbours (GstElement *element, guint device_id)
{
  GstQuery *query = gst_query_new_context (GST_SSIO_CUDA_CONTEXT_TYPE);
  GstSsioCudaContext *context = NULL;
  GstContext *wrapped = NULL;

  if (query_pads (gst_element_iterate_src_pads (element), query)
      || query_pads (gst_element_iterate_sink_pads (element), query)) {
    gst_query_parse_context (query, &wrapped);
    context = unwrap (wrapped, device_id);
  }
  gst_query_unref (query);
  return context;
}

/* What an application or bin answers at once to a message that asks. */
static GstSsioCudaContext *
find_in_bins (GstElement *element, guint device_id)
{
  GstSsioCudaContext *context;
  GstContext *wrapped;

  gst_element_post_message (element,
      gst_message_new_need_context (GST_OBJECT (element),
          GST_SSIO_CUDA_CONTEXT_TYPE));
  wrapped = gst_element_get_context (element, GST_SSIO_CUDA_CONTEXT_TYPE);
  context = unwrap (wrapped, device_id);
  g_clear_pointer (&wrapped, gst_context_unref);
  return context;
}

/**
 * gst_ssio_cuda_context_ensure:
 * @element: an element that needs a context
 * @device_id: number of the device, as the driver counts
 * @error: (nullable): return location for an error
 *
 * Finds the context that the pipeline of @element uses already: one that it
 * was given, one of its neighbours, one of its bins or the application. Where
 * there is none for that device, makes one and lets the pipeline know.
 *
 * Returns: (transfer full) (nullable): the context, or %NULL with @error set
 *   as by gst_ssio_cuda_context_new()
 *
 * Since: 0.1
 */
GstSsioCudaContext *
gst_ssio_cuda_context_ensure (GstElement *element, guint device_id,
    GError **error)
{
  GstSsioCudaContext *context;
  GstContext *wrapped;

  g_return_val_if_fail (GST_IS_ELEMENT (element), NULL);

  wrapped = gst_element_get_context (element, GST_SSIO_CUDA_CONTEXT_TYPE);
  context = unwrap (wrapped, device_id);
  g_clear_pointer (&wrapped, gst_context_unref);
  if (!context)
    context = find_in_neighbours (element, device_id);
  if (!context)
    context = find_in_bins (element, device_id);
  if (context)
    return context;

  context = gst_ssio_cuda_context_new (device_id, error);
  if (context) {
    wrapped = wrap (context);
    gst_element_set_context (element, wrapped);
    gst_element_post_message (element,
        gst_message_new_have_context (GST_OBJECT (element), wrapped));
  }
  return context;
}

/**
 * gst_ssio_cuda_context_answer_query:
 * @context: (nullable): the context of the element that was asked
 * @query: any query
 *
 * Returns: whether @query asked for a context of %GST_SSIO_CUDA_CONTEXT_TYPE,
 *   and has it now
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_context_answer_query (GstSsioCudaContext *context,
    GstQuery *query)
{
  const gchar *type;
  GstContext *wrapped;

  g_return_val_if_fail (GST_IS_QUERY (query), FALSE);

  if (!context || GST_QUERY_TYPE (query) != GST_QUERY_CONTEXT
      || !gst_query_parse_context_type (query, &type)
      || g_strcmp0 (type, GST_SSIO_CUDA_CONTEXT_TYPE) != 0)
    return FALSE;
  wrapped = wrap (context);
  gst_query_set_context (query, wrapped);
  gst_context_unref (wrapped);
  return TRUE;
}
