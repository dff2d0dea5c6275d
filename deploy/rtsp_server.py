#!/usr/bin/env python3
"""A local RTSP camera for the demo and the tests: serves recordings in a loop, as H.264 over RTSP.

    python3 rtsp_server.py --port 8554 --mount entrance=samples/entrance.mp4 [--mount ...]

Each recording is read once at the start (re-encoded by ffmpeg without B-frames, a key frame every second) and is then
sent from memory in real time. NAME=A.mp4+B.mp4 plays A and B in turn; their sizes may differ. With --user, a client must
log in; the password is taken from the environment variable RTSP_PASSWORD. Port 0 takes a free one. When all is ready
the program prints "ready rtsp://HOST:PORT/" and one line for each mount. It ends when its standard input closes,
if --until-stdin-closes is given.
"""
import argparse
import os
import re
import subprocess
import sys
import threading

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtsp", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
except (ImportError, ValueError) as missing:
    # The packages of the distribution work only with its own Python, which may not be the first one in PATH.
    SYSTEM_PYTHON = "/usr/bin/python3"
    if os.path.exists(SYSTEM_PYTHON) and os.path.realpath(SYSTEM_PYTHON) != os.path.realpath(sys.executable):
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])
    sys.exit(f"rtsp_server: {missing}. Install: apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 "
             "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad")

ACCESS_UNIT_DELIMITER = re.compile(rb"\x00\x00\x00\x01\x09[\x10\x30\x50\x70\x90\xb0\xd0\xf0]")
ENCODED = ".h264"


def encode(path, fps):
    """The recording as H.264 (Annex B), one access unit for each picture at `fps`."""
    if not os.path.isfile(path):
        sys.exit(f"rtsp_server: {path}: no such file")
    if path.endswith(ENCODED):
        with open(path, "rb") as encoded:
            return encoded.read()
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", "file:" + path, "-an", "-vf", f"fps={fps}",
               "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-crf", "20", "-pix_fmt", "yuv420p",
               "-g", str(fps), "-bf", "0", "-x264-params", "aud=1:repeat-headers=1:threads=1:sliced-threads=0",
               "-f", "h264", "pipe:1"]
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        sys.exit("rtsp_server: ffmpeg is not installed; apt-get install ffmpeg")
    except subprocess.CalledProcessError:
        sys.exit(f"rtsp_server: {path}: ffmpeg cannot read this recording")


def access_units(path, fps):
    """The recording as a list of H.264 access units."""
    stream = encode(path, fps)
    starts = [match.start() for match in ACCESS_UNIT_DELIMITER.finditer(stream)] + [len(stream)]
    return [stream[start:end] for start, end in zip(starts, starts[1:])]


class LoopedRecording(GstRtspServer.RTSPMediaFactory):
    """One shared media for all clients of a mount, like a camera."""

    def __init__(self, units, fps):
        super().__init__()
        self.units, self.fps = units, fps
        self.set_launch("( appsrc name=source format=time caps=video/x-h264,stream-format=byte-stream,alignment=au"
                        f",framerate={fps}/1 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )")
        self.set_shared(True)
        self.connect("media-configure", self.on_configure)

    def on_configure(self, _factory, media):
        lock, state = threading.Lock(), {"next": 0}

        def need_data(source, _length):
            with lock:
                index, state["next"] = state["next"], state["next"] + 1
            buffer = Gst.Buffer.new_wrapped(self.units[index % len(self.units)])
            buffer.pts = buffer.dts = index * Gst.SECOND // self.fps
            buffer.duration = Gst.SECOND // self.fps
            source.emit("push-buffer", buffer)

        media.set_reusable(False)
        media.get_element().get_by_name_recurse_up("source").connect("need-data", need_data)


def require_login(server, user, password, digest):
    """Permit only `user`, with basic or digest authentication."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if digest:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8554, help="0 takes a free port")
    parser.add_argument("--mount", action="append", default=[], metavar="NAME=FILE[+FILE...]")
    parser.add_argument("--fps", type=int, default=15, help="pictures a second")
    parser.add_argument("--user", help="name that a client must give")
    parser.add_argument("--digest", action="store_true", help="digest instead of basic authentication")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent process ends")
    parser.add_argument("--encode", nargs=2, metavar=("FILE", "OUT" + ENCODED),
                        help="only encode a recording; a server with --mount OUT then starts at once")
    options = parser.parse_args()

    if options.encode:
        with open(options.encode[1], "wb") as out:
            out.write(encode(options.encode[0], options.fps))
        return
    if not options.mount:
        parser.error("--mount is required: name at least one recording")

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(options.host)
    server.set_service(str(options.port))
    if options.user:
        require_login(server, options.user, os.environ.get("RTSP_PASSWORD", ""), options.digest)
    for mount in options.mount:
        name, separator, files = mount.partition("=")
        if not separator or not name:
            sys.exit(f"rtsp_server: --mount {mount}: write NAME=FILE")
        factory = LoopedRecording([unit for path in files.split("+") for unit in access_units(path, options.fps)], options.fps)
        if options.user:
            # For a client without this role, the mount does not exist.
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory("/" + name, factory)
    if server.attach(None) == 0:
        sys.exit(f"rtsp_server: port {options.port} of {options.host} is taken; choose another with --port")

    loop = GLib.MainLoop()
    if options.until_stdin_closes:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    address = f"rtsp://{options.host}:{server.get_bound_port()}/"
    print("ready", address, *(f"\n  {address}{mount.partition('=')[0]}" for mount in options.mount), flush=True)
    try:
        loop.run()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
