/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "collective.h"
#include "leaving.h"
#include "mpiloader.h"

/* Looks at a wait's end before it sleeps between them: ranks of equal work
 * come at about the same time. */
#define EAGER_LOOKS 200
#define SHORTEST_SLEEP 20 /* us */

/* Between looks at whether slower ranks have come, and at bytes that move. */
#define LONGEST_SLEEP 1000        /* us */
#define LONGEST_TRANSFER_SLEEP 50 /* us */

/* What a rank comes to a turn for. */
typedef enum {
  TO_STEP,
  TO_END,
  TO_SUM,
  TO_AGREE,
  TO_LEAVE,
  TO_FAIL,
} Purpose;

static const gchar *const purposes[] = {
  "at a batch",
  "at the end of its epoch",
  "adding up numbers of an epoch",
  "comparing its settings",
  "stopping",
  "failing",
};

typedef struct {
  guint32 purpose;
  guint32 type;
  guint64 n_values;
} Turn;

struct _GstSsioCollective {
  const GstSsioTransport *transport;
  GstSsioChannel *channel;
  guint rank;
  guint n_ranks;
  gint is_interrupted;       /* atomic */
  const GstSsioAdder *adder; /* of steps; NULL for the transport */
  gpointer adder_data;

  gboolean is_opening; /* the channel is what is in flight */
  gboolean is_meeting; /* turns are */
  gboolean is_over;    /* no turn can follow */
  gboolean is_leaving; /* what was promised is kept, and nothing else */
  Turn turn;           /* this rank's */
  Turn *turns;         /* of all */
  gchar text[GST_SSIO_COLLECTIVE_MAX_TEXT];
  gchar *texts;
  gchar *message; /* of a farewell */
};

GstSsioCollective *
gst_ssio_collective_new (const GstSsioTransport *transport, guint rank,
    guint n_ranks, GError **error)
{
  GstSsioChannel *channel = transport->open (error);
  GstSsioCollective *self;

  if (!channel)
    return NULL;
  self = g_new0 (GstSsioCollective, 1);
  self->transport = transport;
  self->channel = channel;
  self->rank = rank;
  self->n_ranks = n_ranks;
  self->is_opening = TRUE;
  self->turns = g_new0 (Turn, n_ranks);
  self->texts = g_new0 (gchar, (gsize) n_ranks * sizeof (self->text));
  gst_ssio_leaving_count_open (1);
  return self;
}

GstSsioCollective *
gst_ssio_collective_open (GError **error)
{
  guint rank, n_ranks;
  const GstSsioTransport *transport
      = gst_ssio_mpi_get (&rank, &n_ranks, error);

  if (!transport)
    return NULL;
  return gst_ssio_collective_new (transport, rank, n_ranks, error);
}

guint
gst_ssio_collective_get_rank (const GstSsioCollective *self)
{
  return self->rank;
}

guint
gst_ssio_collective_get_n_ranks (const GstSsioCollective *self)
{
  return self->n_ranks;
}

void
gst_ssio_collective_set_adder (GstSsioCollective *self,
    const GstSsioAdder *adder, gpointer data)
{
  self->adder = adder;
  self->adder_data = data;
}

static void
close_adder (GstSsioCollective *self, gboolean all_leave)
{
  if (self->adder)
    self->adder->close (self->adder_data, all_leave);
  self->adder = NULL;
}

void
gst_ssio_collective_interrupt (GstSsioCollective *self)
{
  g_atomic_int_set (&self->is_interrupted, TRUE);
}

gboolean
gst_ssio_collective_is_interrupted (const GstSsioCollective *self)
{
  return self->is_leaving || g_atomic_int_get (&self->is_interrupted);
}

/* Ranks share cores with each other and with what computes: one that kept
 * looking would be in the way of those that it waits for. */
static void
rest (guint n_looks, gulong longest)
{
  if (n_looks < EAGER_LOOKS)
    g_thread_yield ();
  else
    g_usleep (MIN ((n_looks - EAGER_LOOKS + 1) * (gulong) SHORTEST_SLEEP,
        longest));
}

/* Where all ranks are here already, nobody can interrupt it. */
static gboolean
wait (GstSsioCollective *self, gboolean all_are_here, GError **error)
{
  const gulong longest = all_are_here ? LONGEST_TRANSFER_SLEEP : LONGEST_SLEEP;
  gboolean is_done = FALSE;
  guint n_looks;

  for (n_looks = 0; all_are_here || !g_atomic_int_get (&self->is_interrupted);
       n_looks++) {
    if (!self->transport->test (self->channel, &is_done, error)) {
      self->is_over = TRUE;
      return FALSE;
    }
    if (is_done)
      return TRUE;
    rest (n_looks, longest);
  }
  return FALSE;
}

static gboolean
wait_for_channel (GstSsioCollective *self, GError **error)
{
  if (self->is_opening && !wait (self, FALSE, error))
    return FALSE;
  self->is_opening = FALSE;
  return TRUE;
}

static gboolean
wait_for_turns (GstSsioCollective *self, GError **error)
{
  if (self->is_meeting && !wait (self, FALSE, error))
    return FALSE;
  self->is_meeting = FALSE;
  return TRUE;
}

static gboolean
start (GstSsioCollective *self, gconstpointer mine, gpointer all, gsize size,
    GError **error)
{
  if (self->transport->gather (self->channel, mine, all, size, error))
    return TRUE;
  self->is_over = TRUE;
  return FALSE;
}

static gboolean
gather_texts (GstSsioCollective *self, GError **error)
{
  return start (self, self->text, self->texts, sizeof (self->text), error)
         && wait (self, TRUE, error);
}

static const gchar *
get_text (const GstSsioCollective *self, guint rank)
{
  return self->texts + (gsize) rank * sizeof (self->text);
}

static void
set_text (GstSsioCollective *self, const gchar *text)
{
  const gchar *end;

  memset (self->text, 0, sizeof (self->text));
  g_strlcpy (self->text, text, sizeof (self->text));
  /* a character that was cut would be no text */
  if (!g_utf8_validate (self->text, -1, &end))
    self->text[end - self->text] = '\0';
}

/* The first rank that came for that, or n_ranks. */
static guint
find (const GstSsioCollective *self, Purpose purpose)
{
  guint r = 0;

  while (r < self->n_ranks && self->turns[r].purpose != purpose)
    r++;
  return r;
}

G_GNUC_PRINTF (3, 4)
static gboolean
end_with_error (GstSsioCollective *self, GError **error, const gchar *format,
    ...)
{
  va_list args;

  self->is_over = TRUE;
  va_start (args, format);
  if (error)
    *error = g_error_new_valist (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        format, args);
  va_end (args);
  return FALSE;
}

/* All ranks see the same turns, and come to the same end. */
static gboolean
hear_who_fails (GstSsioCollective *self, GError **error)
{
  const guint failed = find (self, TO_FAIL);
  const guint left = find (self, TO_LEAVE);

  if (failed < self->n_ranks) {
    if (!gather_texts (self, error))
      return FALSE;
    return end_with_error (self, error, "rank %u (of 0 to %u) has failed: %s",
        failed, self->n_ranks - 1, get_text (self, failed));
  }
  if (left < self->n_ranks)
    return end_with_error (self, error,
        "rank %u (of 0 to %u) has stopped, and this one, rank %u, cannot go "
        "on alone; what rank %u or mpirun has printed says why. All ranks "
        "need the same number of epochs",
        left, self->n_ranks - 1, self->rank, left);
  return TRUE;
}

static gboolean
is_of_steps (const Turn *turn)
{
  return turn->purpose == TO_STEP || turn->purpose == TO_END;
}

/* A rank at its end may not know how many values there would be. */
static gboolean
fit (const Turn *a, const Turn *b)
{
  if (is_of_steps (a) && is_of_steps (b))
    return a->purpose == TO_END || b->purpose == TO_END
           || a->n_values == b->n_values;
  return a->purpose == b->purpose && a->type == b->type
         && a->n_values == b->n_values;
}

/* The rank whose turn all must fit. */
static guint
find_leader (const GstSsioCollective *self)
{
  guint stepping = find (self, TO_STEP);

  return stepping < self->n_ranks ? stepping : 0;
}

static gboolean
check_turns (GstSsioCollective *self, GError **error)
{
  const guint leader = find_leader (self);
  const Turn *turn = &self->turns[leader];
  guint r;

  for (r = 0; r < self->n_ranks; r++) {
    const Turn *other = &self->turns[r];

    if (!fit (turn, other))
      return end_with_error (self, error,
          "rank %u is %s, with %" G_GUINT64_FORMAT " values, while rank %u is "
          "%s, with %" G_GUINT64_FORMAT "; start all ranks with the same "
          "pipeline",
          leader, purposes[turn->purpose], turn->n_values, r,
          purposes[other->purpose], other->n_values);
  }
  return TRUE;
}

static gboolean
sum (GstSsioCollective *self, GstSsioSumType type, guint64 *values,
    gsize n_values, GError **error)
{
  gsize n;

  for (; n_values > 0; n_values -= n, values += n) {
    n = MIN (n_values, GST_SSIO_TRANSPORT_MAX_VALUES);
    if (!self->transport->sum (self->channel, type, values, n, error)) {
      self->is_over = TRUE;
      return FALSE;
    }
    if (!wait (self, TRUE, error))
      return FALSE;
  }
  return TRUE;
}

/* Where the adder fails, other ranks may wait in theirs: that of this one goes
 * at once, and the next turn tells them why. */
static gboolean
add_up_step (GstSsioCollective *self, gdouble *values, gsize n_values,
    GError **error)
{
  if (!self->adder)
    return sum (self, GST_SSIO_SUM_DOUBLES, (guint64 *) values, n_values,
        error);
  if (self->adder->add_up (self->adder_data, values, n_values, error))
    return TRUE;
  close_adder (self, FALSE);
  return FALSE;
}

/* A rank that has no values of its own takes part with zeros. */
static gboolean
add_up (GstSsioCollective *self, gpointer values, GError **error)
{
  const Turn *turn = &self->turns[find_leader (self)];
  gpointer zeros = NULL;
  gboolean ok;

  if (!values || self->turn.n_values != turn->n_values)
    values = zeros = g_malloc0_n (turn->n_values, sizeof (guint64));
  ok = turn->purpose == TO_STEP
           ? add_up_step (self, values, turn->n_values, error)
           : sum (self, turn->type, values, turn->n_values, error);
  g_free (zeros);
  return ok;
}

/* Does what the ranks have come for. */
static gboolean
settle (GstSsioCollective *self, gpointer values, GError **error)
{
  if (!hear_who_fails (self, error) || !check_turns (self, error))
    return FALSE;
  switch (self->turns[find_leader (self)].purpose) {
  case TO_STEP:
  case TO_SUM:
    return add_up (self, values, error);
  case TO_AGREE:
    return gather_texts (self, error);
  default:
    return TRUE;
  }
}

static gboolean
take_turn (GstSsioCollective *self, const Turn *turn, gpointer values,
    GError **error)
{
  if (!wait_for_channel (self, error))
    return FALSE;
  self->turn = *turn;
  if (!start (self, &self->turn, self->turns, sizeof (self->turn), error))
    return FALSE;
  self->is_meeting = TRUE;
  return wait_for_turns (self, error) && settle (self, values, error);
}

/* In a list, what differs says more than the whole. */
static gboolean
disagree (GstSsioCollective *self, const gchar *what, guint rank,
    GError **error)
{
  gchar **expected = g_strsplit (get_text (self, 0), ", ", -1);
  gchar **found = g_strsplit (get_text (self, rank), ", ", -1);
  guint i;

  for (i = 0; expected[i] && found[i]; i++) {
    if (strcmp (expected[i], found[i]) != 0)
      break;
  }
  end_with_error (self, error,
      "%s: rank 0 has \"%s\", rank %u has \"%s\"; start all ranks with the "
      "same",
      what, expected[i] ? expected[i] : "", rank, found[i] ? found[i] : "");
  g_strfreev (expected);
  g_strfreev (found);
  return FALSE;
}

gboolean
gst_ssio_collective_agree (GstSsioCollective *self, const gchar *what,
    const gchar *text, GError **error)
{
  const Turn turn = { .purpose = TO_AGREE };
  guint r;

  set_text (self, text);
  if (!take_turn (self, &turn, NULL, error))
    return FALSE;
  for (r = 1; r < self->n_ranks; r++) {
    if (strcmp (get_text (self, 0), get_text (self, r)) != 0)
      return disagree (self, what, r, error);
  }
  return TRUE;
}

gboolean
gst_ssio_collective_sum (GstSsioCollective *self, GstSsioSumType type,
    gpointer values, gsize n_values, GError **error)
{
  const Turn turn = { TO_SUM, type, n_values };

  return take_turn (self, &turn, values, error);
}

/* Each rank adds its own to places of its own. */
guint64 *
gst_ssio_collective_gather (GstSsioCollective *self, const guint64 *numbers,
    gsize n, GError **error)
{
  guint64 *all = g_new0 (guint64, n * self->n_ranks);

  memcpy (all + n * self->rank, numbers, n * sizeof (*all));
  if (!gst_ssio_collective_sum (self, GST_SSIO_SUM_UINT64S, all,
          n * self->n_ranks, error))
    g_clear_pointer (&all, g_free);
  return all;
}

gboolean
gst_ssio_collective_step (GstSsioCollective *self, gdouble *values,
    gsize n_values, GError **error)
{
  const Turn turn = { TO_STEP, GST_SSIO_SUM_DOUBLES, n_values };

  return take_turn (self, &turn, values, error);
}

gboolean
gst_ssio_collective_end (GstSsioCollective *self, gdouble *values,
    gsize n_values, gboolean *all_ended, GError **error)
{
  const Turn turn = { TO_END, GST_SSIO_SUM_DOUBLES, n_values };

  if (values)
    memset (values, 0, n_values * sizeof (*values));
  if (!take_turn (self, &turn, values, error))
    return FALSE;
  *all_ended = find (self, TO_STEP) == self->n_ranks;
  return TRUE;
}

/* In the last turn, which has been one of all ranks. */
static gboolean
do_all_leave (const GstSsioCollective *self)
{
  guint r = 0;

  while (r < self->n_ranks && self->turns[r].purpose == TO_LEAVE)
    r++;
  return r == self->n_ranks;
}

/* Keeps what it has promised, then tells the others. */
static void
say_farewell (gpointer data)
{
  GstSsioCollective *self = data;
  const Turn turn = { .purpose = self->message ? TO_FAIL : TO_LEAVE };

  if (self->is_meeting && wait_for_turns (self, NULL))
    settle (self, NULL, NULL);
  if (self->message)
    set_text (self, self->message);
  if (!self->is_over)
    take_turn (self, &turn, NULL, NULL);
  close_adder (self, do_all_leave (self));
  self->transport->close (self->channel);
  g_free (self->message);
  g_free (self->turns);
  g_free (self->texts);
  g_free (self);
}

void
gst_ssio_collective_leave (GstSsioCollective *self, const gchar *message)
{
  g_atomic_int_set (&self->is_interrupted, FALSE);
  self->is_leaving = TRUE;
  self->message = g_strdup (message);
  gst_ssio_leaving_begin (say_farewell, self);
  gst_ssio_leaving_count_open (-1);
}
