/* SPDX-License-Identifier: MIT */
/* GLib's locks over pthreads, for builds under ThreadSanitizer only: GLib
 * makes its own from futexes in code that is not instrumented, so that the
 * sanitizer would see no lock at all. Linked into a test program, these come
 * before GLib's. What GLib locks for itself it keeps locking its own way. */

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* A lock's pthread object, made when it is first used: a static lock is all
 * zeros. */
#define DEFINE_GETTER(name, type, initialize) \
  static type *name (gpointer *place) \
  { \
    type *found = __atomic_load_n (place, __ATOMIC_ACQUIRE); \
    gpointer none = NULL; \
\
    if (found) \
      return found; \
    found = calloc (1, sizeof (type)); \
    initialize (found); \
    if (__atomic_compare_exchange_n (place, &none, found, FALSE, \
            __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) \
      return found; \
    free (found); \
    return none; \
  }

static void
init_mutex (pthread_mutex_t *mutex)
{
  pthread_mutex_init (mutex, NULL);
}

static void
init_recursive_mutex (pthread_mutex_t *mutex)
{
  pthread_mutexattr_t attributes;

  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
}

static void
init_cond (pthread_cond_t *cond)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
}

static void
init_rw_lock (pthread_rwlock_t *lock)
{
  pthread_rwlock_init (lock, NULL);
}

DEFINE_GETTER (get_mutex, pthread_mutex_t, init_mutex)
DEFINE_GETTER (get_recursive_mutex, pthread_mutex_t, init_recursive_mutex)
DEFINE_GETTER (get_cond, pthread_cond_t, init_cond)
DEFINE_GETTER (get_rw_lock, pthread_rwlock_t, init_rw_lock)

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

/* Of an object that goes: that others are done with it is known by its
 * reference count, which GLib keeps out of sight. */
static gpointer
take (gpointer *place)
{
  return __atomic_exchange_n (place, NULL, __ATOMIC_ACQ_REL);
}

void
g_mutex_clear (GMutex *mutex)
{
  gpointer taken = take (&mutex->p);

  if (taken)
    pthread_mutex_destroy (taken);
  free (taken);
}

void
g_mutex_lock (GMutex *mutex)
{
  pthread_mutex_lock (get_mutex (&mutex->p));
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (get_mutex (&mutex->p)) == 0;
}

void
g_mutex_unlock (GMutex *mutex)
{
  pthread_mutex_unlock (get_mutex (&mutex->p));
}

void
g_rec_mutex_init (GRecMutex *mutex)
{
  mutex->p = NULL;
}

void
g_rec_mutex_clear (GRecMutex *mutex)
{
  gpointer taken = take (&mutex->p);

  if (taken)
    pthread_mutex_destroy (taken);
  free (taken);
}

void
g_rec_mutex_lock (GRecMutex *mutex)
{
  pthread_mutex_lock (get_recursive_mutex (&mutex->p));
}

gboolean
g_rec_mutex_trylock (GRecMutex *mutex)
{
  return pthread_mutex_trylock (get_recursive_mutex (&mutex->p)) == 0;
}

void
g_rec_mutex_unlock (GRecMutex *mutex)
{
  pthread_mutex_unlock (get_recursive_mutex (&mutex->p));
}

void
g_rw_lock_init (GRWLock *lock)
{
  lock->p = NULL;
}

void
g_rw_lock_clear (GRWLock *lock)
{
  gpointer taken = take (&lock->p);

  if (taken)
    pthread_rwlock_destroy (taken);
  free (taken);
}

void
g_rw_lock_reader_lock (GRWLock *lock)
{
  pthread_rwlock_rdlock (get_rw_lock (&lock->p));
}

void
g_rw_lock_reader_unlock (GRWLock *lock)
{
  pthread_rwlock_unlock (get_rw_lock (&lock->p));
}

void
g_rw_lock_writer_lock (GRWLock *lock)
{
  pthread_rwlock_wrlock (get_rw_lock (&lock->p));
}

void
g_rw_lock_writer_unlock (GRWLock *lock)
{
  pthread_rwlock_unlock (get_rw_lock (&lock->p));
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  gpointer taken = take (&cond->p);

  if (taken)
    pthread_cond_destroy (taken);
  free (taken);
}

void
g_cond_signal (GCond *cond)
{
  pthread_cond_signal (get_cond (&cond->p));
}

void
g_cond_broadcast (GCond *cond)
{
  pthread_cond_broadcast (get_cond (&cond->p));
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  pthread_cond_wait (get_cond (&cond->p), get_mutex (&mutex->p));
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  struct timespec end
      = { end_time / G_USEC_PER_SEC, end_time % G_USEC_PER_SEC * 1000 };

  return pthread_cond_timedwait (get_cond (&cond->p), get_mutex (&mutex->p),
             &end)
         == 0;
}

/* A reference count orders what the last owner does after all the others. */
void (g_atomic_ref_count_inc) (gatomicrefcount *count)
{
  __atomic_fetch_add (count, 1, __ATOMIC_ACQ_REL);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  return __atomic_sub_fetch (count, 1, __ATOMIC_ACQ_REL) == 0;
}
