# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The Python that peers on the CPU run in; sourced, not run, after tile.sh and
# with the variable here set.

packages=(python3-numpy python3-torch libopenblas0-openmp)

# PyTorch's threads are OpenMP's. On Debian's OpenBLAS with threads of its own,
# which Debian prefers where both are there, the peer is a sixth slower.
run_python() {
  local openmp=(/usr/lib/*/openblas-openmp)

  LD_LIBRARY_PATH="${openmp[0]}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
    "$python" "$@"
}

# Sets python to the first Python that can run the peers, and blas to what it
# multiplies matrices with.
find_python() {
  for python in python3 /usr/bin/python3; do
    if blas=$(run_python "$here/bench-python.py" --check 2>/dev/null); then
      return 0
    fi
  done
  python=
  return 1
}

# Fails, and says so, where no Python can run the peers.
prepare_python() {
  # A peer must not be held back by a setting for older BLAS, or by one for
  # fewer threads.
  unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS
  unset OMP_NUM_THREADS MKL_NUM_THREADS

  if ! find_python || [[ $blas == "OpenBLAS, pthreads" ]]; then
    install_packages "the Python peer" "${packages[@]}" || true
    find_python || true
  fi
  if [[ -z $python ]]; then
    echo "No Python with NumPy, PyTorch and a fast BLAS (Debian:" \
      "${packages[*]}): the stream alone, without its Python peer"
    return 1
  fi
}
