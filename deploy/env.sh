# shellcheck shell=bash
# To be sourced: where a program that uses libtorch finds what this system's libstdc++ lacks (see build-libstdcxx-stub.sh).
# The loader reads this variable when a process starts, so that it must be set before `dotnet`.
STREAMACTIONS_STUB=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.deps/libstdcxx
if [[ -e $STREAMACTIONS_STUB/libstdc++.so.6 && ":${LD_LIBRARY_PATH:-}:" != *":$STREAMACTIONS_STUB:"* ]]; then
  export LD_LIBRARY_PATH="$STREAMACTIONS_STUB${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
unset STREAMACTIONS_STUB
