// One script per fault. It causes the fault, checks the camera's states, and ends the fault.
using System.Diagnostics;
using StreamActions.TestKit.Fleet;
using StreamActions.TestKit.Net;
using StreamActions.Worker.Cameras;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>Causes one fault and checks the affected cameras.</summary>
/// <param name="site">The servers and relays.</param>
/// <param name="fleet">The cameras.</param>
/// <param name="print">Writes a line to the test's output.</param>
internal delegate Task FaultScript(FaultSite site, ObservedFleet fleet, Action<string> print);

/// <summary>The scripts. Each ends with its camera live.</summary>
internal static class FaultScripts
{
    /// <summary>All scripts, by the name of the fault.</summary>
    public static IReadOnlyDictionary<string, FaultScript> All { get; } = new Dictionary<string, FaultScript>
    {
        ["killed"] = (site, fleet, print) => ServerKilledAsync(site, new("killed", fleet, print)),
        ["restarted"] = (site, fleet, print) => ServerRestartedAsync(site, new("restarted", fleet, print)),
        ["frozen"] = (site, fleet, print) => ServerFrozenAsync(site, new("frozen", fleet, print)),
        ["password"] = (site, fleet, print) => PasswordChangedAsync(site, new("password", fleet, print)),
        ["half-open"] = (site, fleet, print) => HalfOpenAsync(site, new("half-open", fleet, print)),
        ["garbage"] = (site, fleet, print) => GarbageAsync(site, new("garbage", fleet, print)),
        ["loss"] = (site, fleet, print) => PacketsLostAsync(site, new("loss", fleet, print)),
        ["resolution"] = (_, fleet, print) => ResolutionChangesAsync(new("resolution", fleet, print)),
        ["reader"] = (_, fleet, print) => ReaderKilledAsync(new("reader", fleet, print)),
        ["crowd"] = TenCamerasAsync,
    };

    private static async Task ServerKilledAsync(FaultSite site, FaultyCamera camera)
    {
        await camera.BecomesAsync(CameraState.Offline, "the server refuses connections", after: () => site.KillAsync("killed"));
        await Task.Delay(TimeSpan.FromSeconds(5));
        var generation = camera.Status.Generation;
        await site.RestartAsync("killed");
        await camera.IsLiveAgainAsync(afterGeneration: generation - 1);
    }

    private static async Task ServerRestartedAsync(FaultSite site, FaultyCamera camera)
    {
        await camera.BecomesAsync(CameraState.Offline, "the stream ended", after: async () =>
        {
            await site.KillAsync("restarted");
            await site.RestartAsync("restarted");
        });
        await camera.IsLiveAgainAsync(afterGeneration: 1);
    }

    private static async Task ServerFrozenAsync(FaultSite site, FaultyCamera camera)
    {
        site.Servers["frozen"].Freeze();
        var thirtySeconds = Task.Delay(TimeSpan.FromSeconds(30));
        await camera.BecomesAsync(CameraState.Stalled, "no frame for 2 s");
        await camera.BecomesAsync(CameraState.Offline, "no frame for 5 s");
        await thirtySeconds;
        Assert.NotEqual(CameraState.Live, camera.Status.State);
        site.Servers["frozen"].Resume();
        await camera.IsLiveAgainAsync(afterGeneration: 1);
    }

    private static async Task PasswordChangedAsync(FaultSite site, FaultyCamera camera)
    {
        await site.KillAsync("password");
        await site.RestartAsync("password", "another");
        await camera.BecomesAsync(CameraState.Offline, "user name or password is wrong or missing");
        Assert.DoesNotContain("right", camera.Status.Reason, StringComparison.Ordinal);
        await site.KillAsync("password");
        await site.RestartAsync("password", "right");
        await camera.IsLiveAgainAsync(afterGeneration: 1);
    }

    private static async Task HalfOpenAsync(FaultSite site, FaultyCamera camera)
    {
        site.Relays["half-open"].Mode = RelayMode.Swallow;
        await camera.BecomesAsync(CameraState.Stalled, "no frame for 2 s");
        await camera.BecomesAsync(CameraState.Offline, "no frame for 5 s");
        await camera.BecomesAsync(CameraState.Offline, "no first frame within 10 s");
        site.Relays["half-open"].Mode = RelayMode.Pass;
        await camera.IsLiveAgainAsync(afterGeneration: 1);
    }

    private static async Task GarbageAsync(FaultSite site, FaultyCamera camera)
    {
        site.Relays["garbage"].Mode = RelayMode.Garble;
        await camera.BecomesAsync(CameraState.Offline, "127.0.0.1");
        site.Relays["garbage"].Mode = RelayMode.Pass;
        await camera.IsLiveAgainAsync(afterGeneration: 1);
    }

    private static async Task PacketsLostAsync(FaultSite site, FaultyCamera camera)
    {
        site.Relays["loss"].Mode = RelayMode.LosePackets;
        await camera.StaysLiveAsync(TimeSpan.FromSeconds(10));
        Assert.True(site.Relays["loss"].Lost > 5, $"{site.Relays["loss"].Lost} packets were lost");
        site.Relays["loss"].Mode = RelayMode.Pass;
        await camera.StaysLiveAsync(TimeSpan.FromSeconds(5));
    }

    private static async Task ResolutionChangesAsync(FaultyCamera camera)
    {
        await camera.StaysLiveAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([(320, 240), (480, 270)], camera.Seen.Sizes.Order());
    }

    private static async Task ReaderKilledAsync(FaultyCamera camera)
    {
        await camera.BecomesAsync(CameraState.Offline, "the stream ended", after: () =>
        {
            using var reader = Process.GetProcessById(camera.Seen.ReaderProcessId!.Value);
            reader.Kill();
            return Task.CompletedTask;
        });
        await camera.IsLiveAgainAsync(afterGeneration: 1);
    }

    private static async Task TenCamerasAsync(FaultSite site, ObservedFleet fleet, Action<string> print)
    {
        FaultyCamera[] cameras = [.. FaultSite.Crowd.Select(name => new FaultyCamera(name, fleet, print))];
        await site.KillAsync("crowd");
        await Task.WhenAll(cameras.Select(camera => camera.BecomesAsync(CameraState.Offline, "the server refuses connections")));
        await site.RestartAsync("crowd");
        await Task.WhenAll(cameras.Select(camera => camera.IsLiveAgainAsync(afterGeneration: 1)));
    }
}
