# shellcheck shell=bash
# Source this file before `dotnet`. It lets libtorch find what an older libstdc++ lacks (see build-libstdcxx-stub.sh).
# The loader reads LD_LIBRARY_PATH only when a process starts.
STREAMACTIONS_STUB=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.deps/libstdcxx
if [[ -e $STREAMACTIONS_STUB/libstdc++.so.6 && ":${LD_LIBRARY_PATH:-}:" != *":$STREAMACTIONS_STUB:"* ]]; then
  export LD_LIBRARY_PATH="$STREAMACTIONS_STUB${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
unset STREAMACTIONS_STUB
