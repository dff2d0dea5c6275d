#!/usr/bin/env bash
# Runs the trainer: bash deploy/trainer.sh VERB [OPTIONS]. Without a verb it says which there are.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bash "$root/deploy/setup.sh" --trainer
# shellcheck source=deploy/env.sh
source "$root/deploy/env.sh"
exec dotnet run -c Release --project "$root/src/StreamActions.Trainer" -- "$@"
