#!/usr/bin/env bash
# The demo: one recording as a local RTSP camera, another one as a file, and the worker on both. Ctrl-C ends it.
#
#   demo.sh [--seconds N] [--config FILE] [-- OPTIONS OF THE WORKER]
# Edit the phrases in config/streamactions.yaml and run it again. The worker also stores the events, see sinks.store.path in that file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=0 config=config/streamactions.yaml port=8554
usage() { echo "demo.sh: $1; use demo.sh [--seconds N] [--config FILE] [-- OPTIONS OF THE WORKER]" >&2; exit 2; }
while [[ $# -gt 0 ]]; do
  case $1 in
    --seconds) [[ ${2:-} =~ ^[0-9]+$ ]] || usage "--seconds needs a whole number"; seconds=$2; shift 2 ;;
    --config) [[ -f ${2:-} ]] || usage "--config needs a file, and '${2:-}' is not one"; config=$2; shift 2 ;;
    --) shift; break ;;
    *) usage "unknown option '$1'" ;;
  esac
done

bash deploy/setup.sh
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
echo "demo: building the worker (the first time takes a minute or two)"
dotnet build src/StreamActions.Worker -c Release -v q --nologo -clp:NoSummary

# The configuration names this port. If another program uses it, a copy of the configuration gets a free port.
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  echo "demo: port $port is in use by another program; the demo takes a free one"
  port=0
fi

worker='' server=''
# shellcheck disable=SC2317 # the trap calls it
stop() {
  trap - EXIT
  [[ -z $worker ]] || { kill -TERM "$worker" 2>/dev/null && wait "$worker"; } || true
  [[ -z $server ]] || kill -TERM "$server" 2>/dev/null || true
}
trap stop EXIT

# When this script ends in any way, the server's standard input closes and the server ends too.
coproc RTSP { exec python3 deploy/rtsp_server.py --port "$port" --mount entrance=samples/entrance.mp4 --until-stdin-closes; }
server=$RTSP_PID
if ! read -r -t 60 ready address <&"${RTSP[0]}" || [[ $ready != ready ]]; then
  echo "demo: the RTSP server did not start, see above" >&2
  exit 1
fi
echo "demo: RTSP camera at ${address}entrance"
if [[ $port -eq 0 ]]; then
  mkdir -p data/demo
  sed "s#rtsp://127.0.0.1:8554/#$address#" "$config" >data/demo/streamactions.yaml
  [[ ! -f $(dirname "$config")/background.txt ]] || cp "$(dirname "$config")/background.txt" data/demo/
  config=data/demo/streamactions.yaml
fi

if [[ $seconds -gt 0 ]]; then ends="after $seconds s or "; else ends=; fi
echo "demo: watching with $config; ends ${ends}with Ctrl-C"
interrupted=no
trap 'interrupted=yes; kill -TERM "$worker" 2>/dev/null || true' INT TERM
timeout --foreground --preserve-status -k 15 "$seconds" dotnet src/StreamActions.Worker/bin/Release/net10.0/StreamActions.Worker.dll run --config "$config" "$@" &
worker=$!
code=0
wait "$worker" || code=$?
while kill -0 "$worker" 2>/dev/null; do # a signal ends the first wait while the worker still drains
  code=0
  wait "$worker" || code=$?
done
worker=''
[[ $code -eq 0 ]] || echo "demo: the worker ended with exit code $code, see above" >&2
[[ $interrupted == no ]] || echo "demo: ended"
exit "$code"
