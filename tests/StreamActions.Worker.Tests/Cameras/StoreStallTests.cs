// A stalled store stops neither cameras nor inference: frames, windows and decisions continue, and memory stays bounded.
using System.Runtime.CompilerServices;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Events;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Telemetry;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class StoreStallTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    // A camera that is bright for three seconds, dark for three, and so on. It gives the next frame when the last window is decided.
    private sealed class Flicker(TimeProvider time, int frames, Func<Task> decided) : IFrameSource
    {
        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var i = 0; i < frames; i++)
            {
                var frame = Frame.Rent(32, 18, Start.AddSeconds(i / 4.0), time.GetTimestamp(), i);
                frame.Pixels.Fill((byte)(i / 12 % 2 == 0 ? 255 : 0));
                yield return frame;
                await decided();
            }
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Run_StoreStalls_FramesWindowsAndDecisionsContinue()
    {
        // Ten minutes of camera time while the store holds its first event.
        const int frames = 2400;
        var live = SampleAlerts.Dock with { Pace = RecordingPace.Realtime };
        var alert = SampleAlerts.Fight with
        {
            BeginAfter = TimeSpan.Zero,
            EndAfter = TimeSpan.FromSeconds(1),
            MergeGap = TimeSpan.Zero,
            Cooldown = TimeSpan.Zero,
            UpdateEvery = TimeSpan.FromMilliseconds(250),
        };
        Rig? made = null;
        await using var rig = made = new(
            SampleAlerts.File([live], alert),
            (_, _) => new Flicker(made!.Time, frames, () => made.Queue.DrainedAsync("dock", CancellationToken.None)));
        using Measurements dropped = new(rig.Meters, "streamactions.publisher.dropped");
        TaskCompletionSource stall = new(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Sink.Stall = stall.Task;
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Metrics.Totals.Frames == frames);
        await rig.Queue.DrainedAsync("dock", TestContext.Current.CancellationToken);

        Assert.Equal(new(frames - 1, 0, 0), rig.Queue.Counts()["dock"]);
        Assert.Equal(frames - 1, rig.Metrics.Totals.Windows);
        Assert.Equal(CameraState.Live, rig.Cameras["dock"].Status.State);
        Assert.Empty(rig.Sink.Events);
        // The alerts decided more events than the queue holds. It dropped updates. Above its capacity it holds only ends.
        Assert.NotEmpty(dropped.Seen);
        Assert.InRange(rig.Publisher.QueueLength, EventPublisher.Capacity, 2 * EventPublisher.Capacity);

        stall.SetResult();
        await rig.Publisher.SettledAsync("dock").WaitAsync(Rig.Timeout, TestContext.Current.CancellationToken);
        var phases = rig.Sink.Phases;
        Assert.Equal(phases.Count(p => p == ActionPhase.Begin), rig.Sink.Actions.Select(EventIdentity.OfAction).Distinct().Count());
        Assert.All(dropped.Seen, drop => Assert.Equal("dock/update", drop.Tags));
        // Each event has its begin before its updates and its end.
        Assert.All(rig.Sink.Actions.GroupBy(EventIdentity.OfAction), action =>
            Assert.Equal(action.Select(e => e.Sequence).Order(), action.Select(e => e.Sequence)));
    }
}
