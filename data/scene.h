/* SPDX-License-Identifier: MIT */
/* The terrain and the things on it, arranged so that a pulse finds what is
 * under it. */
#pragma once

#include "thing.h"

G_BEGIN_DECLS

typedef struct _Scene Scene;

Scene *scene_new (guint64 seed);

void scene_free (Scene *scene);

/* Sets the pulse's ground, and what it meets first. From any thread. */
void scene_hit (const Scene *scene, Pulse *pulse, Echo *echo);

G_END_DECLS
