/* SPDX-License-Identifier: MIT */
/* Trainings of a small model on points of clusters, on whatever computes
 * gradients, against those of NumPy and PyTorch. */
#pragma once

#include "linear/training/trainer.h"
#include "ssiocheck.h"

G_BEGIN_DECLS

#define TRAINER_LAYOUT "x:f4,y:f4,z:f4,w:f4,label:f4"
#define TRAINER_N_INPUTS 4
#define TRAINER_N_COLUMNS 5
#define TRAINER_LABEL 4
#define TRAINER_IGNORED (-1)
#define TRAINER_WIDTHS "32,16,5"
#define TRAINER_N_CLASSES 5
#define TRAINER_BATCH 1501
#define TRAINER_N_POINTS (10 * TRAINER_BATCH)

extern const gfloat trainer_even_weights[TRAINER_N_CLASSES];
extern const gfloat trainer_uneven_weights[TRAINER_N_CLASSES];

/* On the CPU, unless new_gradient and new_buffer are other ones. */
typedef struct {
  GstSsioTrainSettings train;
  GstSsioOptimizerSettings optimizer;
  const gfloat *class_weights;
  guint n_threads;
  guint n_batches;
  const gchar *engine; /* of the oracle, "numpy" or "torch" */
  GstSsioBatchGradient *(*new_gradient) (const GstSsioGradientInput *input);
  GstBuffer *(*new_buffer) (gconstpointer points, gsize size);
} TrainerRun;

/* With what the trainer does not own. */
typedef struct {
  TrainerRun run;
  GstSsioLayout *layout;
  GstSsioTargets *targets;
  GstSsioModel *model;
  GstSsioOptimizer *optimizer;
  GstSsioTrainer *trainer;
  guint64 confusion[TRAINER_N_CLASSES * TRAINER_N_CLASSES];
  GstSsioTrainSums sums;
  gsize first_wrong;
} TrainerTraining;

TrainerRun trainer_new_run (GstSsioOptimizerType type, gdouble learning_rate);

/* TRAINER_N_POINTS of them, one in six of which is ignored. Free with
 * g_free(). */
gfloat *trainer_make_points (void);

/* The model that trainings begin with. */
GstSsioModel *trainer_make_model (void);

void trainer_init (TrainerTraining *training, const TrainerRun *run);
void trainer_clear (TrainerTraining *training);

/* Another trainer, which the training has none of. */
void trainer_open (TrainerTraining *training, const TrainerRun *run);

gboolean trainer_train_batch (TrainerTraining *training, const gfloat *points,
    gsize n_points, GError **error);

/* The n batches of the points from first on, over and over; losses may be
 * NULL. */
void trainer_train_batches (TrainerTraining *training, const gfloat *points,
    guint first, guint n, gdouble *losses);

/* Trains as the oracle does, and compares. */
void trainer_check_run (const TrainerRun *run);

/* Expects that a batch of those points is an error, and that the weights are
 * as before. */
void trainer_check_stop (const TrainerRun *run, gfloat *points, gint code,
    const gchar *part);

/* The same of inputs that are no number: the loss is none, or a gradient where
 * their point is ignored. */
void trainer_check_loss (const TrainerRun *run);
void trainer_check_gradient (const TrainerRun *run);

/* The same of labels that are no class, the first of which is found. */
void trainer_check_wrong_labels (const TrainerRun *run);

/* Expects that a batch whose points are all ignored changes nothing. */
void trainer_check_ignored_batch (const TrainerRun *run);

/* Expects that each point is counted by its class and what it is taken for. */
void trainer_check_counts (const TrainerRun *run);

/* Whether they have the same bits. */
gboolean trainer_are_same (const GstSsioModel *a, const GstSsioModel *b);

/* Returns the path of its weights. */
gchar *trainer_save_model (const GstSsioModel *model);

G_END_DECLS
