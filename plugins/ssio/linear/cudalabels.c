/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cudalabels.h"
#include "kernelplan.h"

G_STATIC_ASSERT (SSIO_LABEL_ABSENT == GST_SSIO_CLASS_MAP_ABSENT);

static gboolean
upload_map (GstSsioCudaDevice *device, const GstSsioClassMap *map,
    SsioKernelLabels *labels, GError **error)
{
  gint first;
  guint n;
  const gint *table = gst_ssio_class_map_get_table (map, &first, &n);
  CUdeviceptr uploaded = gst_ssio_cuda_device_upload (device, table,
      n * sizeof (*table), error);

  labels->first_mapped = first;
  labels->n_mapped = n;
  labels->map = GST_SSIO_CUDA_POINTER (uploaded);
  return uploaded != 0;
}

gboolean
gst_ssio_cuda_labels_upload (GstSsioCudaDevice *device,
    const GstSsioTargets *targets, guint n_classes, SsioKernelLabels *labels,
    GError **error)
{
  const GstSsioClassMap *map = gst_ssio_targets_get_map (targets);

  *labels = (SsioKernelLabels){ .n_classes = n_classes };
  gst_ssio_kernel_plan_make_field (gst_ssio_targets_get_field (targets),
      &labels->field);
  labels->ignored = gst_ssio_targets_get_ignore_label (targets);
  return !map || upload_map (device, map, labels, error);
}
