#!/usr/bin/env bash
# Runs the packed device check (pack.sh) on a machine without network, beside PyTorch if it is there.
#
#   run.sh RESULTS [DEVICE [OPTIONS OF THE CHECK]]
# RESULTS receives check.json, pytorch.json and the log. DEVICE is cuda:0 unless given. The parts are beside this script; they are put
# together in a temporary folder.
# STREAMACTIONS_CHECK_COMPILE=no leaves out torch.compile, which takes minutes.
set -euo pipefail
parts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ $# -ge 1 ]] || { echo "run.sh: name the folder for the results" >&2; exit 2; }
mkdir -p "$1"
results=$(cd "$1" && pwd)
device=${2:-cuda:0}
options=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$parts" && sha256sum --quiet -c SHA256SUMS)
mkdir "$work/check"
cat "$parts"/check.tar.xz.* | xz -dc | tar -C "$work/check" -x
if compgen -G "$parts/provider.xz.*" > /dev/null; then
  cat "$parts"/provider.xz.* | xz -dc > "$work/check/libonnxruntime_providers_cuda.so"
fi
# PyTorch's copies of CUDA's libraries.
folders=$(python3 - <<'PYTHON' || true
import glob, importlib.util, os
spec = importlib.util.find_spec("torch")
if spec:
    torch = os.path.dirname(spec.origin)
    print(":".join([os.path.join(torch, "lib")] + sorted(glob.glob(os.path.join(os.path.dirname(torch), "nvidia", "*", "lib")))))
PYTHON
)
export LD_LIBRARY_PATH="$work/check${folders:+:$folders}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# The runtime looks up a host otherwise.
export ORT_DISABLE_TELEMETRY=1
if [[ $device != cpu ]]; then
  missing=$(ldd "$work/check/libonnxruntime_providers_cuda.so" | grep 'not found' || true)
  [[ -z $missing ]] || { echo "run.sh: CUDA 13 libraries are missing; add their folders to LD_LIBRARY_PATH:" >&2; echo "$missing" >&2; exit 1; }
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv > "$results/gpu.csv" 2>/dev/null || true
fi
chmod +x "$work/check/StreamActions.DeviceCheck"
code=0
"$work/check/StreamActions.DeviceCheck" --device "$device" --peer "$work/peer" "${options[@]}" \
  > "$results/check.json" 2> "$results/check.log" || code=$?
echo "check: exit code $code, see $results/check.json and check.log"
if [[ -d $work/peer ]]; then
  compile=()
  [[ ${STREAMACTIONS_CHECK_COMPILE:-yes} == no ]] && compile=(--compile)
  python3 "$parts/pytorch_peer.py" "$work/peer" --device "${device%%:*}" "${compile[@]}" > "$results/pytorch.json" 2> "$results/pytorch.log" ||
    { echo "PyTorch failed, see $results/pytorch.log" >&2; code=1; }
fi
exit "$code"
