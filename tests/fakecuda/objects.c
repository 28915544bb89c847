/* SPDX-License-Identifier: MIT */

#include <stdlib.h>

#include "state.h"

static const char *const kind_names[N_KINDS]
    = { "stream", "event", "module", "function" };

static Object *objects;

uintptr_t
fake_new_handle (void)
{
  static uintptr_t last = 0x1000;

  return ++last;
}

void *
fake_new_object (size_t size, Kind kind, Context *context)
{
  Object *object = calloc (1, size);

  object->kind = kind;
  object->handle = fake_new_handle ();
  object->context = context;
  object->next = objects;
  objects = object;
  return object;
}

void *
fake_get_handle (const void *object)
{
  return (void *) ((const Object *) object)->handle;
}

void *
fake_find_object (Call call, Kind kind, const void *handle,
    const Context *context)
{
  Object *object = objects;

  while (object
         && (object->kind != kind || object->handle != (uintptr_t) handle))
    object = object->next;
  if (!object)
    fake_misuse ("%s: no such %s, or it was destroyed", fake_call_name (call),
        kind_names[kind]);
  else if (context && object->context != context) {
    fake_misuse ("%s: the %s is of another context", fake_call_name (call),
        kind_names[kind]);
    return NULL;
  }
  return object;
}

void
fake_forget_object (void *object)
{
  Object **place = &objects;

  while (*place != object)
    place = &(*place)->next;
  *place = (*place)->next;
}

unsigned
fake_count_objects (Kind kind, const Context *context)
{
  const Object *object;
  unsigned n = 0;

  for (object = objects; object; object = object->next)
    n += object->kind == kind && fake_is_of (object->context, context);
  return n;
}
