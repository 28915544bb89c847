/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "uploadsettings.h"

#define DEFAULT_DEVICE_ID 0
#define DEFAULT_REQUIRE_DEVICE FALSE
#define DEFAULT_SLOTS 3
#define MAX_SLOTS 64
#define DEFAULT_STAGING GST_SSIO_STAGING_AUTO
#define DEFAULT_CACHE GST_SSIO_CACHE_NONE
#define DEFAULT_CACHE_SIZE 0

typedef enum {
  GST_SSIO_CACHE_NONE,
  GST_SSIO_CACHE_DEVICE,
} GstSsioCache;

enum {
  PROP_0,
  PROP_DEVICE_ID,
  PROP_REQUIRE_DEVICE,
  PROP_SLOTS,
  PROP_STAGING,
  PROP_CACHE,
  PROP_CACHE_SIZE,
};

static GType
gst_ssio_cache_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_CACHE_NONE, "Upload each batch in each epoch", "none" },
    { GST_SSIO_CACHE_DEVICE, "Keep batches in device memory", "device" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstSsioCache", values));
  return type;
}

void
gst_ssio_upload_settings_init (GstSsioUploadSettings *self)
{
  *self = (GstSsioUploadSettings){
    .device_id = DEFAULT_DEVICE_ID,
    .require_device = DEFAULT_REQUIRE_DEVICE,
    .uploader = {
      .slots = DEFAULT_SLOTS,
      .staging = DEFAULT_STAGING,
      .has_cache = DEFAULT_CACHE == GST_SSIO_CACHE_DEVICE,
      .cache_size = DEFAULT_CACHE_SIZE,
    },
  };
}

void
gst_ssio_upload_settings_install (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (class, PROP_DEVICE_ID,
      g_param_spec_uint ("device-id", "Device ID",
          "Number of the CUDA device, as the driver counts", 0, G_MAXINT,
          DEFAULT_DEVICE_ID, flags));
  g_object_class_install_property (class, PROP_REQUIRE_DEVICE,
      g_param_spec_boolean ("require-device", "Require device",
          "Fail without a CUDA device, in place of a warning and system memory",
          DEFAULT_REQUIRE_DEVICE, flags));
  g_object_class_install_property (class, PROP_SLOTS,
      g_param_spec_uint ("slots", "Slots",
          "Batches that are on their way to the device or in use there; one "
          "more has memory there, for a sink that keeps its last",
          1, MAX_SLOTS, DEFAULT_SLOTS, flags));
  g_object_class_install_property (class, PROP_STAGING,
      g_param_spec_enum ("staging", "Staging",
          "How bytes get from system memory to the device",
          GST_TYPE_SSIO_STAGING, DEFAULT_STAGING, flags));
  g_object_class_install_property (class, PROP_CACHE,
      g_param_spec_enum ("cache", "Cache",
          "Where batches are kept for later epochs",
          gst_ssio_cache_get_type (), DEFAULT_CACHE, flags));
  g_object_class_install_property (class, PROP_CACHE_SIZE,
      g_param_spec_uint64 ("cache-size", "Cache size",
          "Most bytes that cache=device keeps (0 = half of what is free on "
          "the device at the start)",
          0, G_MAXUINT64, DEFAULT_CACHE_SIZE, flags));
}

gboolean
gst_ssio_upload_settings_set (GstSsioUploadSettings *self, guint id,
    const GValue *value)
{
  switch (id) {
  case PROP_DEVICE_ID:
    self->device_id = g_value_get_uint (value);
    return TRUE;
  case PROP_REQUIRE_DEVICE:
    self->require_device = g_value_get_boolean (value);
    return TRUE;
  case PROP_SLOTS:
    self->uploader.slots = g_value_get_uint (value);
    return TRUE;
  case PROP_STAGING:
    self->uploader.staging = g_value_get_enum (value);
    return TRUE;
  case PROP_CACHE:
    self->uploader.has_cache
        = g_value_get_enum (value) == GST_SSIO_CACHE_DEVICE;
    return TRUE;
  case PROP_CACHE_SIZE:
    self->uploader.cache_size = g_value_get_uint64 (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_ssio_upload_settings_get (const GstSsioUploadSettings *self, guint id,
    GValue *value)
{
  switch (id) {
  case PROP_DEVICE_ID:
    g_value_set_uint (value, self->device_id);
    return TRUE;
  case PROP_REQUIRE_DEVICE:
    g_value_set_boolean (value, self->require_device);
    return TRUE;
  case PROP_SLOTS:
    g_value_set_uint (value, self->uploader.slots);
    return TRUE;
  case PROP_STAGING:
    g_value_set_enum (value, self->uploader.staging);
    return TRUE;
  case PROP_CACHE:
    g_value_set_enum (value, self->uploader.has_cache ? GST_SSIO_CACHE_DEVICE
                                                      : GST_SSIO_CACHE_NONE);
    return TRUE;
  case PROP_CACHE_SIZE:
    g_value_set_uint64 (value, self->uploader.cache_size);
    return TRUE;
  default:
    return FALSE;
  }
}
