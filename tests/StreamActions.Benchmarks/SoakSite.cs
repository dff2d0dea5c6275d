// The servers of a soak test, each behind a relay that simulates network faults.
using System.Diagnostics;
using StreamActions.TestKit;
using StreamActions.TestKit.Fleet;
using StreamActions.TestKit.Net;
using StreamActions.TestKit.Rtsp;

namespace StreamActions.Benchmarks;

/// <summary>A server and a relay for each camera, and their faults.</summary>
internal sealed class SoakSite : IAsyncDisposable
{
    private readonly Dictionary<string, RtspServer> _servers = [];
    private readonly Dictionary<string, TcpRelay> _relays = [];
    private readonly string _recording;

    private SoakSite(string recording) => _recording = recording;

    /// <summary>The possible faults.</summary>
    public static IReadOnlyList<string> Faults { get; } =
        ["server killed for 10 s", "server frozen for 20 s", "network gone for 15 s", "noise for 10 s", "reader killed"];

    /// <summary>Addresses by name.</summary>
    public IReadOnlyDictionary<string, string> Cameras => _relays.ToDictionary(r => r.Key, r => $"rtsp://127.0.0.1:{r.Value.Port}/cam");

    /// <summary>Starts all servers.</summary>
    public static async Task<SoakSite> StartAsync(TemporaryFolder folder, int cameras)
    {
        const int fps = 15;
        var recording = TestVideo.Make(folder.File("cam.mp4"), 640, 360, fps, seconds: 6);
        SoakSite site = new(await RtspServer.EncodeAsync(recording, fps));
        for (var i = 0; i < cameras; i++)
        {
            var server = site._servers[$"camera-{i}"] = await RtspServer.StartAsync("cam", site._recording);
            site._relays[$"camera-{i}"] = new TcpRelay(server.Port);
        }
        return site;
    }

    /// <summary>Injects a fault and ends it.</summary>
    public async Task InjectAsync(string name, string fault, ObservedFleet fleet)
    {
        switch (fault)
        {
            case "server killed for 10 s":
                await _servers[name].DisposeAsync();
                await Task.Delay(TimeSpan.FromSeconds(10));
                _servers[name] = await RtspServer.StartAsync("cam", _recording, _servers[name].Port);
                break;
            case "server frozen for 20 s":
                _servers[name].Freeze();
                await Task.Delay(TimeSpan.FromSeconds(20));
                _servers[name].Resume();
                break;
            case "network gone for 15 s":
                await BreakAsync(name, RelayMode.Swallow, TimeSpan.FromSeconds(15));
                break;
            case "noise for 10 s":
                await BreakAsync(name, RelayMode.Garble, TimeSpan.FromSeconds(10));
                break;
            default:
                if (fleet.Cameras[name].ReaderProcessId is { } id)
                {
                    using var reader = Process.GetProcessById(id);
                    reader.Kill();
                }
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays.Values)
            await relay.DisposeAsync();
        foreach (var server in _servers.Values)
            await server.DisposeAsync();
    }

    private async Task BreakAsync(string name, RelayMode mode, TimeSpan duration)
    {
        _relays[name].Mode = mode;
        await Task.Delay(duration);
        _relays[name].Mode = RelayMode.Pass;
    }
}
