// Runs one fleet through all faults at once and records the results for the tests.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.TestKit.Fleet;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;

namespace StreamActions.EndToEnd.Tests.Faults;

/// <summary>
/// Starts the fleet, causes all faults together, and measures the footprint before, after, and when the fleet has stopped.
/// </summary>
public sealed class FaultRun : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90), SettleTimeout = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _printed = [];
    private readonly Dictionary<string, Exception?> _outcomes = [];
    private readonly Dictionary<string, long> _framesBefore = [];

    internal Footprint Before { get; private set; } = null!;

    internal Footprint After { get; private set; } = null!;

    internal Footprint Stopped { get; private set; } = null!;

    internal int MostOpenedAtOnce { get; private set; }

    /// <summary>Duration of all faults together.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Frames and states, during the faults, of the cameras without a fault.</summary>
    internal Dictionary<string, (long Frames, IReadOnlyList<CameraStatus> Course)> HealthyCameras { get; } = [];

    /// <summary>The output of a fault's script, and its failure; null if it passed.</summary>
    public (string Printed, Exception? Failure) OutcomeOf(string fault) =>
        (string.Join('\n', _printed[fault]), _outcomes[fault]);

    public async ValueTask InitializeAsync()
    {
        await using var site = await FaultSite.StartAsync(_folder);
        using var model = OnnxActionModel.Open(ModelBundle.Open(OperatorsFile.DemoModel), new() { Device = "cpu" }, NullLogger.Instance);
        await using (var fleet = await ObservedFleet.StartAsync(_folder, model, site.Cameras))
        {
            var started = await ObservedFleet.UntilAsync(() => AllLive(fleet), StartTimeout);
            Assert.True(started is not null, "not all cameras became live:\n" + string.Join('\n', fleet.Lines));
            Before = Footprint.Now();
            await CauseFaultsAsync(site, fleet);
            await ObservedFleet.UntilAsync(() => AllLive(fleet) && IsSettled(Footprint.Now()), SettleTimeout);
            After = Footprint.Now();
        }
        await ObservedFleet.UntilAsync(() => Footprint.Now().Readers.Count == 0, SettleTimeout);
        Stopped = Footprint.Now();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Whether handles, threads and readers are back to the numbers before the faults. The tolerance of 8 covers other tests and the thread
    /// pool. A leak costs dozens: a reader has three pipes and two threads.
    /// </summary>
    internal bool IsSettled(Footprint now) =>
        now.Handles <= Before.Handles + 8 && now.Threads <= Before.Threads + 8 && now.Readers.Count == Before.Readers.Count;

    private static bool AllLive(ObservedFleet fleet) => fleet.Workers.Values.All(c => c.Status.State == CameraState.Live);

    private async Task CauseFaultsAsync(FaultSite site, ObservedFleet fleet)
    {
        foreach (var name in FaultSite.HealthyCameras)
            _framesBefore[name] = fleet.Cameras[name].Frames;
        var began = TimeProvider.System.GetTimestamp();
        var scripts = FaultScripts.All.ToDictionary(
            fault => fault.Key, fault => Task.Run(() => fault.Value(site, fleet, PrinterOf(fault.Key))));
        var all = Task.WhenAll(scripts.Values);
        while (await Task.WhenAny(all, Task.Delay(5)) != all)
            MostOpenedAtOnce = Math.Max(MostOpenedAtOnce, fleet.Slots.Taken);
        Duration = TimeProvider.System.GetElapsedTime(began);
        foreach (var name in FaultSite.HealthyCameras)
            HealthyCameras[name] = (fleet.Cameras[name].Frames - _framesBefore[name], fleet.Cameras[name].Course);
        foreach (var (name, script) in scripts)
            _outcomes[name] = script.Exception?.InnerException;
    }

    private Action<string> PrinterOf(string fault)
    {
        var lines = _printed.GetOrAdd(fault, _ => []);
        return line => lines.Enqueue(line);
    }
}
