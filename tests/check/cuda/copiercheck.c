/* SPDX-License-Identifier: MIT */

#include <unistd.h>

#include <gst/ssio/cuda/pinned.h>

#include "copiercheck.h"

#define FILE_PAGES 8

gsize
copier_page (void)
{
  return sysconf (_SC_PAGESIZE);
}

static GstSsioPointFile *
open_file (void)
{
  gsize size = FILE_PAGES * copier_page ();
  guint8 *bytes = g_malloc (size);
  GstSsioLayout *layout = gst_ssio_layout_new_from_string ("x:u1", 0, NULL);
  GstSsioPointFile *file;
  gchar *path;

  ssio_cuda_fill_bytes (bytes, 0, size);
  path = ssio_check_write_file (".bin", bytes, size);
  file = gst_ssio_point_file_open (path, layout, GST_SSIO_IO_MODE_MMAP, NULL);
  fail_unless (file != NULL);
  gst_ssio_layout_unref (layout);
  g_free (path);
  g_free (bytes);
  return file;
}

void
copier_begin_without (CopierScene *scene)
{
  *scene = (CopierScene){ ssio_cuda_new_context (), NULL, open_file (), NULL };
  scene->pinned = gst_ssio_pinned_allocator_new (scene->context);
}

void
copier_begin (CopierScene *scene, guint slots, GstSsioStaging staging)
{
  copier_begin_without (scene);
  scene->copier
      = gst_ssio_copier_new (scene->context, slots, staging, 2, NULL);
  fail_unless (scene->copier != NULL);
  fail_unless (gst_ssio_cuda_context_push (scene->context, NULL));
}

void
copier_end (CopierScene *scene)
{
  if (scene->copier) {
    gst_ssio_cuda_context_pop (scene->context);
    gst_ssio_copier_free (scene->copier);
  }
  gst_ssio_point_file_unref (scene->file);
  gst_object_unref (scene->pinned);
  gst_object_unref (scene->context);
}

static GstMemory *
new_filled (GstAllocator *allocator, gsize start, gsize size)
{
  GstMemory *memory
      = allocator ? gst_ssio_pinned_allocator_alloc (allocator, size, NULL)
                  : gst_allocator_alloc (NULL, size, NULL);
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  ssio_cuda_fill_bytes (map.data, start, size);
  gst_memory_unmap (memory, &map);
  return memory;
}

GstBuffer *
copier_new_source (CopierScene *scene, SsioSource kind, gsize start,
    gsize size)
{
  GstBuffer *buffer = gst_buffer_new ();
  gsize first = kind == SSIO_SOURCE_SEVERAL ? size / 2 : size;
  GstMemory *memory;

  if (kind == SSIO_SOURCE_FILE)
    memory = gst_ssio_point_file_wrap_points (scene->file, start, size, NULL);
  else
    memory = new_filled (kind == SSIO_SOURCE_PINNED ? scene->pinned : NULL,
        start, first);
  fail_unless (memory != NULL);
  gst_buffer_append_memory (buffer, memory);
  if (first < size)
    gst_buffer_append_memory (buffer,
        new_filled (NULL, start + first, size - first));
  return buffer;
}

GstMemory *
copier_copy (CopierScene *scene, GstBuffer *from)
{
  GstMemory *to
      = ssio_cuda_new_blank (gst_ssio_copier_get_stream (scene->copier),
          gst_buffer_get_size (from));
  GError *error = NULL;

  fail_unless (gst_ssio_copier_copy (scene->copier, from, to, &error), "%s",
      error ? error->message : "");
  fail_unless (error == NULL);
  return to;
}

GstMemory *
copier_copy_new (CopierScene *scene, SsioSource kind, gsize start, gsize size,
    gint *deaths)
{
  GstBuffer *from = copier_new_source (scene, kind, start, size);
  GstMemory *to;

  ssio_check_count_death (GST_MINI_OBJECT (from), deaths);
  to = copier_copy (scene, from);
  gst_buffer_unref (from);
  return to;
}

void
copier_drain (CopierScene *scene)
{
  GError *error = NULL;

  fail_unless (gst_ssio_copier_drain (scene->copier, &error), "%s",
      error ? error->message : "");
}

void
copier_expect (GstMemory *to, gsize start, gsize size)
{
  ssio_cuda_expect_memory (to, start, size);
  gst_memory_unref (to);
}
