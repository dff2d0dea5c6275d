#!/usr/bin/env bash
# Packs the device check for a GPU machine without network, in parts of at most 30 MB.
#
#   pack.sh FOLDER [GENERATION]
# FOLDER receives the parts, their hashes, run.sh and pytorch_peer.py; copy all of them. GENERATION is the GPU's compute capability without
# its dot (90: Hopper); kernels for others are left out. It needs python3 and xz. The copied libraries are for this check only.
# STREAMACTIONS_CHECK_FLAVOR=Cpu packs the check without CUDA, to try the packing itself.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ $# -ge 1 ]] || { echo "pack.sh: name the folder that receives the parts" >&2; exit 2; }
mkdir -p "$1"
to=$(cd "$1" && pwd)
[[ -z $(ls -A "$to") ]] || { echo "pack.sh: $to is not empty; name a new folder" >&2; exit 2; }
generation=${2:-90}
flavor=${STREAMACTIONS_CHECK_FLAVOR:-Gpu}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet publish "$here" -c Release -v q --nologo -r linux-x64 --self-contained -p:OnnxRuntimeFlavor="$flavor" -p:RunAnalyzers=false \
  -p:DebugType=none --artifacts-path "$work/artifacts" -o "$work/check"
# The check reads no video, sends no event and stores none.
(cd "$work/check" && rm -f libOpenCvSharpExtern.so librdkafka*.so alpine-librdkafka.so centos*-librdkafka.so libe_sqlite3.so \
  libonnxruntime_providers_tensorrt.so)
if [[ $flavor == Gpu ]]; then
  python3 "$here/thin_cuda.py" "$work/check/libonnxruntime_providers_cuda.so" "$work/thin.so" "$generation"
  rm "$work/check/libonnxruntime_providers_cuda.so"
  xz -6 -T 0 -c "$work/thin.so" | split -b 30000000 -d - "$to/provider.xz."
fi
tar -C "$work/check" -c . | xz -6 -T 0 -c | split -b 30000000 -d - "$to/check.tar.xz."
cp "$here/run.sh" "$here/pytorch_peer.py" "$to"
(cd "$to" && sha256sum -- * > SHA256SUMS)
ls -l "$to"
