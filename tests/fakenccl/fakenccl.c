/* SPDX-License-Identifier: MIT */

/* for RTLD_NOLOAD */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fakenccl.h"
#include "linear/distributed/nccl.h"

#define EXPORT __attribute__ ((visibility ("default")))

#define MAX_RANKS 8
#define CHUNK 1024       /* doubles that are added up at once */
#define LOOK_INTERVAL 50 /* us */

/* What the stand-in driver has for this library; see fakecuda.h. */
typedef CUresult (*Enqueue) (CUstream stream, void (*run) (void *data),
    void *data);

/* What ranks share. Its memory begins as zeros. */
typedef struct {
  unsigned n_entered;
  unsigned n_arrived;
  unsigned n_meetings;
  unsigned is_aborted;
  double values[MAX_RANKS][CHUNK];
} Room;

typedef struct Job Job;

struct ncclComm {
  Room *room;
  int n_ranks;
  int rank;
  ncclResult_t status; /* of what was put on streams */
  unsigned n_pending;  /* of that, what is not done */
  Job *jobs; /* freed with the communicator, which outlives the work */
};

struct Job {
  Job *next;
  ncclComm_t comm;
  double *values;
  size_t n;
};

enum { GET_UNIQUE_ID, INIT_RANK, GET_ASYNC_ERROR, ALL_REDUCE, N_CALLS };

static const char *const names[N_CALLS] = { "ncclGetUniqueId",
  "ncclCommInitRank", "ncclCommGetAsyncError", "ncclAllReduce" };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static unsigned n_calls[N_CALLS];
static unsigned failing_call[N_CALLS];
static int failing_status;
static unsigned n_live;
static unsigned n_ids;

static int
find_call (const char *name)
{
  int call = 0;

  while (strcmp (names[call], name) != 0)
    call++;
  return call;
}

void
fakenccl_fail (const char *name, unsigned nth, int status)
{
  const int call = find_call (name);

  pthread_mutex_lock (&lock);
  failing_call[call] = nth > 0 ? n_calls[call] + nth : 0;
  failing_status = status;
  pthread_mutex_unlock (&lock);
}

unsigned
fakenccl_count (const char *name)
{
  unsigned n;

  pthread_mutex_lock (&lock);
  n = n_calls[find_call (name)];
  pthread_mutex_unlock (&lock);
  return n;
}

unsigned
fakenccl_count_live (void)
{
  unsigned n;

  pthread_mutex_lock (&lock);
  n = n_live;
  pthread_mutex_unlock (&lock);
  return n;
}

static ncclResult_t
begin (int call)
{
  ncclResult_t status;

  pthread_mutex_lock (&lock);
  status
      = ++n_calls[call] == failing_call[call] ? failing_status : ncclSuccess;
  pthread_mutex_unlock (&lock);
  return status;
}

static void
count_live (int n)
{
  pthread_mutex_lock (&lock);
  n_live += n;
  pthread_mutex_unlock (&lock);
}

/* False where somebody has gone. */
static bool
meet (struct ncclComm *comm)
{
  Room *room = comm->room;
  const unsigned meeting
      = __atomic_load_n (&room->n_meetings, __ATOMIC_ACQUIRE);

  if (__atomic_add_fetch (&room->n_arrived, 1, __ATOMIC_ACQ_REL)
      == (unsigned) comm->n_ranks) {
    __atomic_store_n (&room->n_arrived, 0, __ATOMIC_RELEASE);
    __atomic_add_fetch (&room->n_meetings, 1, __ATOMIC_ACQ_REL);
    return true;
  }
  while (__atomic_load_n (&room->n_meetings, __ATOMIC_ACQUIRE) == meeting) {
    if (__atomic_load_n (&room->is_aborted, __ATOMIC_ACQUIRE)) {
      __atomic_store_n (&comm->status, ncclRemoteError, __ATOMIC_RELEASE);
      return false;
    }
    usleep (LOOK_INTERVAL);
  }
  return true;
}

static Room *
open_room (const char *name)
{
  const int fd = shm_open (name, O_RDWR | O_CREAT, 0600);
  void *room;

  if (fd < 0)
    return NULL;
  room = ftruncate (fd, sizeof (Room)) == 0 ? mmap (NULL, sizeof (Room),
             PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                                            : MAP_FAILED;
  close (fd);
  return room == MAP_FAILED ? NULL : room;
}

EXPORT ncclResult_t ncclGetVersion (int *version);
EXPORT ncclResult_t ncclGetUniqueId (ncclUniqueId *id);
EXPORT ncclResult_t ncclCommInitRank (ncclComm_t *comm, int n_ranks,
    ncclUniqueId id, int rank);
EXPORT ncclResult_t ncclCommDestroy (ncclComm_t comm);
EXPORT ncclResult_t ncclCommAbort (ncclComm_t comm);
EXPORT ncclResult_t ncclCommGetAsyncError (ncclComm_t comm,
    ncclResult_t *status);
EXPORT const char *ncclGetErrorString (ncclResult_t status);
EXPORT ncclResult_t ncclAllReduce (const void *from, void *to, size_t n,
    int type, int operation, ncclComm_t comm, CUstream stream);

ncclResult_t
ncclGetVersion (int *version)
{
  *version = 22903;
  return ncclSuccess;
}

ncclResult_t
ncclGetUniqueId (ncclUniqueId *id)
{
  ncclResult_t status = begin (GET_UNIQUE_ID);

  if (status != ncclSuccess)
    return status;
  pthread_mutex_lock (&lock);
  snprintf (id->internal, sizeof (id->internal), "/fakenccl-%d-%u",
      (int) getpid (), n_ids++);
  pthread_mutex_unlock (&lock);
  return ncclSuccess;
}

ncclResult_t
ncclCommInitRank (ncclComm_t *comm, int n_ranks, ncclUniqueId id, int rank)
{
  ncclResult_t status = begin (INIT_RANK);
  Room *room;

  if (status != ncclSuccess)
    return status;
  room = n_ranks <= MAX_RANKS ? open_room (id.internal) : NULL;
  if (!room)
    return ncclUnhandledCudaError;
  *comm = calloc (1, sizeof (**comm));
  (*comm)->room = room;
  (*comm)->n_ranks = n_ranks;
  (*comm)->rank = rank;
  count_live (1);
  if (__atomic_add_fetch (&room->n_entered, 1, __ATOMIC_ACQ_REL)
      == (unsigned) n_ranks)
    shm_unlink (id.internal);
  while (__atomic_load_n (&room->n_entered, __ATOMIC_ACQUIRE)
         < (unsigned) n_ranks)
    usleep (LOOK_INTERVAL);
  return ncclSuccess;
}

ncclResult_t
ncclCommDestroy (ncclComm_t comm)
{
  Job *job, *next;

  while (__atomic_load_n (&comm->n_pending, __ATOMIC_ACQUIRE) > 0)
    usleep (LOOK_INTERVAL);
  for (job = comm->jobs; job; job = next) {
    next = job->next;
    free (job);
  }
  munmap (comm->room, sizeof (Room));
  free (comm);
  count_live (-1);
  return ncclSuccess;
}

ncclResult_t
ncclCommAbort (ncclComm_t comm)
{
  __atomic_store_n (&comm->room->is_aborted, 1, __ATOMIC_RELEASE);
  return ncclCommDestroy (comm);
}

ncclResult_t
ncclCommGetAsyncError (ncclComm_t comm, ncclResult_t *status)
{
  *status = __atomic_load_n (&comm->status, __ATOMIC_ACQUIRE);
  return begin (GET_ASYNC_ERROR);
}

const char *
ncclGetErrorString (ncclResult_t status)
{
  return "what the test has set";
}

/* In the order of ranks, which gives all of them the same bits. */
static void
add_up (struct ncclComm *comm, double *values, size_t n)
{
  Room *room = comm->room;
  size_t i;
  int r;

  memcpy (room->values[comm->rank], values, n * sizeof (*values));
  if (!meet (comm))
    return;
  for (i = 0; i < n; i++) {
    values[i] = 0;
    for (r = 0; r < comm->n_ranks; r++)
      values[i] += room->values[r][i];
  }
  meet (comm);
}

static void
run_job (void *data)
{
  const Job *job = data;
  size_t at, n;

  for (at = 0; at < job->n; at += n) {
    n = job->n - at < CHUNK ? job->n - at : CHUNK;
    add_up (job->comm, job->values + at, n);
  }
  __atomic_sub_fetch (&job->comm->n_pending, 1, __ATOMIC_RELEASE);
}

/* The driver is not open for all to see. */
static Enqueue
find_enqueue (void)
{
  const char *name = getenv ("GST_SSIO_CUDA_LIBRARY");
  void *driver = name ? dlopen (name, RTLD_LAZY | RTLD_NOLOAD) : NULL;
  Enqueue enqueue
      = driver ? (Enqueue) dlsym (driver, "fakecuda_enqueue") : NULL;

  if (driver)
    dlclose (driver);
  return enqueue;
}

ncclResult_t
ncclAllReduce (const void *from, void *to, size_t n, int type, int operation,
    ncclComm_t comm, CUstream stream)
{
  Enqueue enqueue = find_enqueue ();
  ncclResult_t status = begin (ALL_REDUCE);
  Job *job;

  if (status != ncclSuccess)
    return status;
  if (!enqueue || from != to || type != ncclFloat64 || operation != ncclSum)
    return ncclUnhandledCudaError;
  job = calloc (1, sizeof (*job));
  *job = (Job){ comm->jobs, comm, to, n };
  comm->jobs = job;
  __atomic_add_fetch (&comm->n_pending, 1, __ATOMIC_ACQ_REL);
  if (enqueue (stream, run_job, job) == CUDA_SUCCESS)
    return ncclSuccess;
  __atomic_sub_fetch (&comm->n_pending, 1, __ATOMIC_RELEASE);
  return ncclUnhandledCudaError;
}
