/* SPDX-License-Identifier: MIT */
/* The kernels. */
#pragma once

/* S (n_in, n_out, blocks): what the sweep over two layers is compiled for. A
 * multiprocessor's registers are enough for that many blocks. */
#define SSIO_PAIR_SHAPES(S) \
  S (2, 1, 4) \
  S (2, 2, 4) \
  S (2, 3, 4) \
  S (2, 4, 4) \
  S (4, 1, 4) \
  S (4, 2, 4) \
  S (4, 3, 4) \
  S (4, 4, 4) \
  S (6, 1, 4) \
  S (6, 2, 4) \
  S (6, 3, 4) \
  S (6, 4, 4) \
  S (8, 1, 3) \
  S (8, 2, 3) \
  S (8, 3, 3) \
  S (8, 4, 3)

/* K (name, Params, blocks, call): all others; call runs one block. */
#define SSIO_OTHER_KERNELS(K) \
  K (ssio_sweep_layers, SsioLayersParams, 4, sweep_layers (block, params, 0)) \
  K (ssio_sweep_layers_rows, SsioLayersParams, 4, \
      sweep_layers (block, params, 1)) \
  K (ssio_score_rows, SsioScoreParams, 4, score_rows (block, params)) \
  K (ssio_keep_fault, SsioScoreParams, 4, keep_fault (block, params)) \
  K (ssio_gather_rows, SsioGatherParams, 4, gather_rows (block, params)) \
  K (ssio_activate_rows, SsioRowsParams, 4, activate_rows (block, params)) \
  K (ssio_add_rows, SsioRowsParams, 4, add_rows (block, params)) \
  K (ssio_train_layers, SsioTrainParams, 4, train_layers (block, params)) \
  K (ssio_collect_partials, SsioCollectParams, 4, \
      collect_partials (block, params)) \
  K (ssio_convert_points, SsioConvertParams, 4, convert_points (block, params))
