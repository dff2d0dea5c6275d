// Servers, relays and addresses of the cameras with faults, and of two cameras without a fault.
using StreamActions.TestKit;
using StreamActions.TestKit.Net;
using StreamActions.TestKit.Rtsp;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>The servers run as processes.</summary>
internal sealed class FaultSite : IAsyncDisposable
{
    private const string User = "viewer";
    private readonly List<IAsyncDisposable> _all = [];
    private readonly string _small, _large;

    private FaultSite(string small, string large) => (_small, _large) = (small, large);

    /// <summary>Names of the cameras that share one server with a fault.</summary>
    public static IReadOnlyList<string> Crowd { get; } = [.. Enumerable.Range(0, 10).Select(i => $"crowd-{i}")];

    /// <summary>Names of the cameras without a fault.</summary>
    public static IReadOnlyList<string> HealthyCameras { get; } = ["near", "far"];

    /// <summary>Servers by the name of their fault.</summary>
    public Dictionary<string, RtspServer> Servers { get; } = [];

    /// <summary>Relays that imitate a broken network, by the name of the fault.</summary>
    public Dictionary<string, TcpRelay> Relays { get; } = [];

    /// <summary>Addresses of all cameras, by name.</summary>
    public Dictionary<string, string> Cameras { get; } = [];

    /// <summary>Starts all servers.</summary>
    public static async Task<FaultSite> StartAsync(TemporaryFolder folder)
    {
        // Encode the films once, so that a restarted server is ready at once.
        const int fps = 15;
        FaultSite site = new(
            await RtspServer.EncodeAsync(TestVideo.Make(folder.File("small.mp4"), 320, 240, fps, seconds: 3), fps),
            await RtspServer.EncodeAsync(TestVideo.MakeColour(folder.File("large.mp4"), 0x2060C0, 480, 270, fps, seconds: 3), fps));
        var steady = await site.ServerAsync(0);
        site._all.Add(steady);
        foreach (var name in (string[])["killed", "restarted", "frozen", "password", "crowd"])
            site.Add(name, await site.ServerAsync(0, name == "password" ? "right" : null));
        foreach (var name in (string[])["half-open", "garbage", "loss"])
            site.Add(name, new TcpRelay(steady.Port));
        foreach (var name in HealthyCameras)
            site.Cameras[name] = steady.Url("small");
        site.Cameras["resolution"] = steady.Url("changing");
        site.Cameras["reader"] = steady.Url("small");
        foreach (var name in Crowd)
            site.Cameras[name] = site.Servers["crowd"].Url("small");
        return site;
    }

    /// <summary>Kills a server.</summary>
    public async Task KillAsync(string name)
    {
        await Servers[name].DisposeAsync();
        _all.Remove(Servers[name]);
    }

    /// <summary>Starts a killed server again on the same port.</summary>
    public async Task RestartAsync(string name, string? password = null)
    {
        Servers[name] = await ServerAsync(Servers[name].Port, password);
        _all.Add(Servers[name]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in _all)
            await one.DisposeAsync();
    }

    private Task<RtspServer> ServerAsync(int port, string? password = null) => RtspServer.StartAsync(new RtspServerOptions
    {
        Mounts = new Dictionary<string, string> { ["small"] = _small, ["changing"] = $"{_small}+{_large}" },
        Port = port,
        User = password is null ? null : User,
        Password = password ?? "",
    });

    private void Add(string name, RtspServer server)
    {
        _all.Add(Servers[name] = server);
        Cameras[name] = name == "password" ? server.Url("small", User, "right") : server.Url("small");
    }

    private void Add(string name, TcpRelay relay)
    {
        _all.Insert(0, Relays[name] = relay);
        Cameras[name] = $"rtsp://127.0.0.1:{relay.Port}/small";
    }
}
