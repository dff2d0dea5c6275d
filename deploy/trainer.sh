#!/usr/bin/env bash
# Runs the trainer: bash deploy/trainer.sh VERB [OPTIONS]. Without a verb it lists the verbs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bash "$root/deploy/setup.sh" --trainer
# shellcheck source=deploy/env.sh
source "$root/deploy/env.sh"
# Every step allocates and frees tensors of megabytes. By default glibc returns such memory to the system each time, which costs more
# than the arithmetic.
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456 MALLOC_ARENA_MAX=2
exec dotnet run -c Release --project "$root/src/StreamActions.Trainer" -- "$@"
