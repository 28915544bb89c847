/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "workers.h"

/* What may wait for each thread of the pool: enough that it finds some while
 * the pushing thread fetches more batches, small ones too, and little enough
 * that batches are not held for long. */
#define WAITING_CHUNKS 16
#define WAITING_POINTS 65536

typedef struct {
  GstSsioChunk chunk;
  gboolean done;
  gdouble *result;
} Slot;

typedef struct {
  GstSsioWorkers *workers;
  guint number;
  GThread *thread;
} Worker;

/* Slots are used round and round: retired <= claimed <= pushed count chunks
 * since the start, and chunk n is in slot n % n_slots. */
struct _GstSsioWorkers {
  GstSsioWorkFunc func;
  gpointer user_data;
  guint n_threads;
  guint n_results;
  guint n_slots;
  guint max_chunks; /* that wait */
  gsize max_points;
  Worker *pool; /* the threads 1 to n_threads - 1 */

  GMutex lock; /* of what follows, and of slots that are not claimed */
  GCond pushed_cond;
  GCond retired_cond;
  Slot *slots;
  guint64 pushed;
  guint64 claimed;
  guint64 retired;
  gsize waiting_points; /* pushed and not claimed */
  guint n_idle;
  gboolean quit;
  gdouble *totals;
};

static void
clear (gdouble *values, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    values[i] = 0;
}

static Slot *
get_slot (GstSsioWorkers *workers, guint64 number)
{
  return &workers->slots[number % workers->n_slots];
}

/* Adds the results that are complete without a gap. */
static void
retire (GstSsioWorkers *workers)
{
  guint i;

  while (workers->retired < workers->claimed) {
    Slot *slot = get_slot (workers, workers->retired);

    if (!slot->done)
      break;
    for (i = 0; i < workers->n_results; i++)
      workers->totals[i] += slot->result[i];
    workers->retired++;
    g_cond_signal (&workers->retired_cond);
  }
}

/* Called with the lock held, which is released while a chunk is worked on. */
static void
work_on_next (GstSsioWorkers *workers, guint thread)
{
  Slot *slot = get_slot (workers, workers->claimed++);

  workers->waiting_points -= slot->chunk.n_points;
  g_mutex_unlock (&workers->lock);
  clear (slot->result, workers->n_results);
  workers->func (&slot->chunk, thread, slot->result, workers->user_data);
  g_mutex_lock (&workers->lock);
  slot->done = TRUE;
  retire (workers);
}

static gpointer
run_worker (gpointer user_data)
{
  Worker *worker = user_data;
  GstSsioWorkers *workers = worker->workers;

  g_mutex_lock (&workers->lock);
  while (!workers->quit) {
    if (workers->claimed < workers->pushed) {
      work_on_next (workers, worker->number);
    } else {
      workers->n_idle++;
      g_cond_wait (&workers->pushed_cond, &workers->lock);
      workers->n_idle--;
    }
  }
  g_mutex_unlock (&workers->lock);
  return NULL;
}

GstSsioWorkers *
gst_ssio_workers_new (guint n_threads, guint n_results, GstSsioWorkFunc func,
    gpointer user_data)
{
  GstSsioWorkers *workers = g_new0 (GstSsioWorkers, 1);
  guint i;

  workers->func = func;
  workers->user_data = user_data;
  workers->n_threads = n_threads;
  workers->n_results = n_results;
  workers->max_chunks = WAITING_CHUNKS * (n_threads - 1);
  workers->max_points = (gsize) WAITING_POINTS * (n_threads - 1);
  workers->n_slots = 2 * workers->max_chunks + 1;
  workers->slots = g_new0 (Slot, workers->n_slots);
  for (i = 0; i < workers->n_slots; i++)
    workers->slots[i].result = g_new0 (gdouble, n_results);
  workers->totals = g_new0 (gdouble, n_results);
  g_mutex_init (&workers->lock);
  g_cond_init (&workers->pushed_cond);
  g_cond_init (&workers->retired_cond);

  workers->pool = g_new0 (Worker, n_threads);
  for (i = 1; i < n_threads; i++) {
    Worker *worker = &workers->pool[i];

    worker->workers = workers;
    worker->number = i;
    worker->thread = g_thread_new ("ssioworker", run_worker, worker);
  }
  return workers;
}

void
gst_ssio_workers_free (GstSsioWorkers *workers)
{
  guint i;

  g_mutex_lock (&workers->lock);
  workers->quit = TRUE;
  g_cond_broadcast (&workers->pushed_cond);
  g_mutex_unlock (&workers->lock);
  for (i = 1; i < workers->n_threads; i++)
    g_thread_join (workers->pool[i].thread);

  for (i = 0; i < workers->n_slots; i++)
    g_free (workers->slots[i].result);
  g_free (workers->slots);
  g_free (workers->pool);
  g_free (workers->totals);
  g_cond_clear (&workers->pushed_cond);
  g_cond_clear (&workers->retired_cond);
  g_mutex_clear (&workers->lock);
  g_free (workers);
}

/* Called with the lock held: works, or waits for those who do, until no more
 * than max_left chunks are not retired. */
static void
help_until (GstSsioWorkers *workers, guint64 max_left)
{
  while (workers->pushed - workers->retired > max_left) {
    if (workers->claimed < workers->pushed)
      work_on_next (workers, 0);
    else
      g_cond_wait (&workers->retired_cond, &workers->lock);
  }
}

void
gst_ssio_workers_push (GstSsioWorkers *workers, const GstSsioChunk *chunk)
{
  Slot *slot;

  g_mutex_lock (&workers->lock);
  help_until (workers, workers->n_slots - 1);
  slot = get_slot (workers, workers->pushed++);
  slot->chunk = *chunk;
  slot->done = FALSE;
  workers->waiting_points += chunk->n_points;
  if (workers->n_idle > 0)
    g_cond_signal (&workers->pushed_cond);
  while (workers->pushed - workers->claimed > workers->max_chunks
         || workers->waiting_points > workers->max_points)
    work_on_next (workers, 0);
  g_mutex_unlock (&workers->lock);
}

void
gst_ssio_workers_drain (GstSsioWorkers *workers)
{
  g_mutex_lock (&workers->lock);
  help_until (workers, 0);
  g_mutex_unlock (&workers->lock);
}

const gdouble *
gst_ssio_workers_get_totals (GstSsioWorkers *workers)
{
  return workers->totals;
}

void
gst_ssio_workers_reset_totals (GstSsioWorkers *workers)
{
  clear (workers->totals, workers->n_results);
}
