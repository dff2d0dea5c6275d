#!/usr/bin/env bash
# Installs what StreamActions needs beside the .NET SDK, on Debian 12+ or Ubuntu 22.04+ (x64). Prints nothing if everything is installed.
#
#   setup.sh             for the worker and the demo: ffmpeg, GTK and libatomic (OpenCV's binaries need them), GStreamer's RTSP server
#   setup.sh --trainer   for the trainer: ffmpeg, GTK, libatomic; with an older libstdc++ also a C compiler, which builds the library stub
#   setup.sh --tests     both, and Java for the Kafka broker of the end-to-end tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PATH:/usr/sbin:/sbin"

fail() { echo "setup.sh: $*" >&2; exit 1; }

runtime=no trainer=no tests=no
case "${1:-}" in
  '') runtime=yes ;;
  --trainer) trainer=yes ;;
  --tests) runtime=yes trainer=yes tests=yes ;;
  *) fail "unknown option '$1'; use setup.sh [--trainer|--tests]" ;;
esac
[[ $# -le 1 ]] || fail "one option at most; use setup.sh [--trainer|--tests]"
[[ $(uname -sm) == "Linux x86_64" ]] || fail "only Linux on x86-64 is supported, and this is $(uname -sm)"

# This script does not install .NET, because the right way depends on the machine.
how="install the .NET 10 SDK first: https://learn.microsoft.com/dotnet/core/install/linux (Ubuntu 24.04: apt-get install dotnet-sdk-10.0)"
command -v dotnet >/dev/null || fail "no 'dotnet' in PATH; $how"
[[ $'\n'$(dotnet --list-sdks) == *$'\n'10.* ]] || fail "no .NET 10 SDK among those of $(command -v dotnet); $how"

# libtorch needs this version of libstdc++. Debian 13, Ubuntu 24.04 and the .NET 10 container images have it.
libraries=$(ldconfig -p)
stdcxx=$(sed -n '/libstdc++\.so\.6 (libc6,x86-64)/{s/.*=> //p;q}' <<<"$libraries")
[[ -n $stdcxx ]] || fail "libstdc++.so.6 is not installed, and .NET needs it: apt-get install libstdc++6"
stub=.deps/libstdcxx
stub_needed=no
if grep -qaF GLIBCXX_3.4.32 "$stdcxx"; then
  rm -rf "$stub" # left from before a system upgrade
else
  stub_needed=yes
fi

packages=()
want() { # want PACKAGE…: adds the packages that are not installed
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || packages+=("$package")
  done
}
command -v ffmpeg >/dev/null || want ffmpeg
[[ $libraries == *libatomic.so.1* ]] || packages+=(libatomic1)
[[ $libraries == *libgtk-3.so.0* ]] || packages+=(libgtk-3-0)
if [[ $runtime == yes ]]; then
  want python3 python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-{base,good,bad,ugly}
fi
if [[ $trainer == yes && $stub_needed == yes && ! -e $stub/libstdc++.so.6 ]]; then
  command -v gcc >/dev/null || want gcc libc6-dev
  command -v readelf >/dev/null || want binutils
fi
if [[ $tests == yes ]]; then
  java=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
  [[ ${java:-0} -ge 17 ]] || packages+=(openjdk-17-jre-headless)
fi

if [[ ${#packages[@]} -gt 0 ]]; then
  command -v apt-get >/dev/null || fail "apt-get is missing; install the content of these Debian packages in another way: ${packages[*]}"
  as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || fail "only root can install packages; run as root: apt-get install ${packages[*]}"
    as_root=(sudo)
  fi
  echo "setup.sh: installing ${packages[*]}"
  log=$(mktemp)
  apt() { # apt ARGUMENTS…: quiet unless it fails
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 || { cat "$log" >&2; fail "apt-get $1 failed, see above"; }
  }
  available() { [[ $(apt-cache policy "$1") == *"Candidate: "[!\(]* ]]; }
  apt update
  for i in "${!packages[@]}"; do
    # Ubuntu 24.04 and Debian 13 renamed the GTK package. A newer release may have no Java 17.
    case "${packages[i]}" in
      libgtk-3-0) ! available libgtk-3-0t64 || packages[i]=libgtk-3-0t64 ;;
      openjdk-17-jre-headless) available openjdk-17-jre-headless || packages[i]=default-jre-headless ;;
    esac
  done
  apt install --no-install-recommends -y "${packages[@]}"
  rm -f "$log"
fi

if [[ $trainer == yes && $stub_needed == yes && ! -e $stub/libstdc++.so.6 ]]; then
  echo "setup.sh: building $stub, because $stdcxx is older than libtorch needs"
  bash deploy/build-libstdcxx-stub.sh "$stub" "$stdcxx"
fi
