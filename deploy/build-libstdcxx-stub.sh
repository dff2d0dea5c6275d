#!/usr/bin/env bash
# Lets libtorch run on Debian 12 and Ubuntu 22.04. Their libstdc++ lacks one version (GLIBCXX_3.4.32), which contains one empty function.
#
# Builds an empty libstdc++.so.6 in FOLDER. It links to a tiny library with the missing function, and to the system's libstdc++ by its full
# path. Programs started with FOLDER first in LD_LIBRARY_PATH see both. The script changes nothing in the system.
# Usage: build-libstdcxx-stub.sh FOLDER REAL_LIBSTDCXX
set -euo pipefail

folder=$1 real=$2
# Versions that libstdc++ 13.2 added after 12. The stub names them, because the loader refuses a library without the requested versions.
added=(GLIBCXX_3.4.31 GLIBCXX_3.4.32 CXXABI_1.3.14)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"

mapfile -t versions < <({
  LC_ALL=C readelf -VW "$real" | sed -n '/\.gnu\.version_d/,/\.gnu\.version_r/p' | grep -oE '\b(GLIBCXX|CXXABI)_[A-Za-z0-9_.]+'
  printf '%s\n' "${added[@]}"
} | sort -u)
printf '%s { };\n' "${versions[@]}" >"$work/versions.map"

# The function must not be in the stub: there it would need one of the versions.
echo 'void _ZSt21ios_base_library_initv(void) { }' >"$work/init.c"
gcc -shared -fPIC -nostdlib -O2 -Wl,-soname,libstdcxx-ios-init.so "$work/init.c" -o "$work/out/libstdcxx-ios-init.so"

# A placeholder whose soname is the full path of the real library makes the linker record that path as a dependency.
echo >"$work/empty.c"
gcc -shared -fPIC -nostdlib -Wl,-soname,"$real" "$work/empty.c" -o "$work/real.so"
# shellcheck disable=SC2016 # the loader expands $ORIGIN to the folder of this file
gcc -shared -fPIC -nostdlib -Wl,-soname,libstdc++.so.6 -Wl,--version-script="$work/versions.map" \
  -Wl,--no-as-needed,-rpath,'$ORIGIN' "$work/empty.c" "$work/out/libstdcxx-ios-init.so" "$work/real.so" -o "$work/out/libstdc++.so.6"

found=$(LD_LIBRARY_PATH="$work/out" ldd "$work/out/libstdc++.so.6" 2>&1) || true
grep -qF "$real" <<<"$found" || { echo "build-libstdcxx-stub.sh: the stub does not find $real: $found" >&2; exit 1; }
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv "$work/out" "$folder"
