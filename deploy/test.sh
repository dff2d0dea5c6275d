#!/usr/bin/env bash
# Builds everything without warnings, checks the formatting and runs every test. The last line is the sum: "N passed, N failed, N skipped".
#
#   test.sh              all of tests/*.Tests
#   test.sh Core Video   only StreamActions.Core.Tests and StreamActions.Video.Tests
# STREAMACTIONS_TEST_SECONDS (600) is the time limit of one test project. At the limit the script ends it and names the unfinished tests.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
limit=${STREAMACTIONS_TEST_SECONDS:-600}

projects=(tests/*.Tests)
if [[ $# -gt 0 ]]; then
  projects=("${@/#/tests/StreamActions.}")
  projects=("${projects[@]/%/.Tests}")
fi
for project in "${projects[@]}"; do
  [[ -d $project ]] || { echo "test.sh: there is no $project" >&2; exit 2; }
done

bash deploy/setup.sh --tests || exit 1
# shellcheck source=deploy/env.sh
source deploy/env.sh
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

echo "== build"
dotnet build StreamActions.sln -c Release -v q --nologo -warnaserror || { echo "test.sh: the build failed, see above" >&2; exit 1; }
if [[ $# -eq 0 ]]; then
  echo "== build, GPU flavour"
  # An artifacts folder of its own keeps the normal obj/ untouched. The native libraries (540 MB) are restored but not copied.
  dotnet build src/StreamActions.Worker -c Release -v q --nologo -warnaserror -p:OnnxRuntimeFlavor=Gpu --artifacts-path artifacts/gpu \
    -p:CopyLocalLockFileAssemblies=false -p:RunAnalyzers=false ||
    { echo "test.sh: the worker does not build with -p:OnnxRuntimeFlavor=Gpu, see above" >&2; exit 1; }
fi
passed=0 failed=0 skipped=0
echo "== format"
if ! dotnet format StreamActions.sln --no-restore --verify-no-changes; then
  echo "format: FAILED, run 'dotnet format' (counted as one failure)"
  failed=1
fi

results=TestResults
rm -rf "$results"
mkdir -p "$results"

run() { # run FOLDER: runs one test project and adds to the sums
  local name began=$SECONDS code ok bad skips note=
  name=$(basename "$1")
  local trx=$results/$name.trx log=$results/$name.log
  echo "== $name"
  # The log goes to a file, because a process left behind by a test would keep a pipe open.
  timeout -k 10 "$limit" dotnet "$1/bin/Release/net10.0/$name.dll" -noLogo -noColor -longRunning 60 -result-trx "$trx" >"$log" 2>&1 </dev/null
  code=$?
  grep -vE '^ *(Discovering|Discovered|Starting|Finished): |^=== TEST EXECUTION SUMMARY|^ *[A-Za-z.]+Tests +Total: |^$' "$log"
  ok=$(counter passed "$trx") bad=$(counter failed "$trx") skips=$(counter notExecuted "$trx")
  if [[ $code -eq 124 || $code -eq 137 ]]; then
    bad=$((bad + 1)) note="; ENDED after $limit s: the tests reported above as long running did not finish"
  elif [[ ! -s $trx ]]; then
    bad=$((bad + 1)) note="; CRASHED with exit code $code before its results were written, see above"
  elif [[ $code -ne 0 && $bad -eq 0 && $ok -gt 0 ]]; then
    bad=1 note="; exit code $code although no test failed, see above"
  fi
  echo "$name: $ok passed, $bad failed, $skips skipped in $((SECONDS - began)) s$note"
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

counter() { # counter NAME TRX: one number of a results file; 0 if it is missing
  local number
  number=$(sed -n "s/.*<Counters .*\b$1=\"\([0-9]*\)\".*/\1/p" "$2" 2>/dev/null)
  echo "${number:-0}"
}

for project in "${projects[@]}"; do
  run "$project"
done

# Repeats the failures at the end, where a reader looks first. A message lasts until the next test begins.
grep -hsE -A 40 '\[FAIL\]' "$results"/*.log | awk '/\[(PASS|SKIP)\]|^ *Finished:/ { shown = 0 } /\[FAIL\]/ { shown = 1; print "" } shown'

echo
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
