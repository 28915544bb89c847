/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "damagelistener.h"

void
gst_ssio_damage_listener_init (GstSsioDamageListener *self)
{
  *self = (GstSsioDamageListener){ 0 };
  g_mutex_init (&self->lock);
}

void
gst_ssio_damage_listener_clear (GstSsioDamageListener *self)
{
  if (self->destroy)
    self->destroy (self->data);
  g_mutex_clear (&self->lock);
}

void
gst_ssio_damage_listener_set (GstSsioDamageListener *self,
    GstSsioDamageFunc func, gpointer data, GDestroyNotify destroy)
{
  GDestroyNotify old_destroy;
  gpointer old_data;

  g_mutex_lock (&self->lock);
  old_data = self->data;
  old_destroy = self->destroy;
  self->func = func;
  self->data = data;
  self->destroy = destroy;
  g_mutex_unlock (&self->lock);
  if (old_destroy)
    old_destroy (old_data);
}

gboolean
gst_ssio_damage_listener_tell (GstSsioDamageListener *self,
    GstSsioPointFile *file)
{
  GstSsioDamageFunc func;
  gboolean was_told;

  g_mutex_lock (&self->lock);
  func = g_steal_pointer (&self->func);
  if (func) { /* its data stays until the listener goes */
    self->was_told = TRUE;
    func (file, self->data);
  }
  was_told = self->was_told;
  g_mutex_unlock (&self->lock);
  return was_told;
}
