// The changes that a camera's visibility publishes, and their times.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Telemetry;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class CameraVisibilityTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeVisibilitySink _sink = new();

    public void Dispose() => _services.Dispose();

    private CameraVisibility Make(bool recording = false) =>
        new("dock", recording, _sink, _services.GetRequiredService<WorkerMetrics>(), _time);

    private IEnumerable<(bool, string)> Changes => _sink.Changes.Select(c => (c.Blind, c.Reason));

    [Fact]
    public void RemoveBlindReason_TwoReasons_PublishesSeeingAfterLastOne()
    {
        var visibility = Make();
        visibility.AddBlindReason(BlindReason.Frozen, "");
        visibility.AddBlindReason(BlindReason.Offline, "");
        visibility.AddBlindReason(BlindReason.Offline, "");
        visibility.RemoveBlindReason(BlindReason.Offline, "");
        visibility.RemoveBlindReason(BlindReason.Overload, "");
        Assert.Equal([(true, "frozen"), (true, "offline")], Changes);
        visibility.RemoveBlindReason(BlindReason.Frozen, "the picture changes again");
        Assert.Equal([(true, "frozen"), (true, "offline"), (false, "frozen")], Changes);
    }

    [Fact]
    public void CountBlindTime_ReasonHolds_CountsSecondsByCameraAndReason()
    {
        using Measurements counted = new(_services.GetRequiredService<IMeterFactory>(), "streamactions.camera.blind.time");
        var visibility = Make();
        visibility.AddBlindReason(BlindReason.Black, "");
        _time.Advance(TimeSpan.FromSeconds(4));
        visibility.CountBlindTime();
        _time.Advance(TimeSpan.FromSeconds(3));
        visibility.RemoveBlindReason(BlindReason.Black, "");
        _time.Advance(TimeSpan.FromSeconds(9));
        visibility.CountBlindTime();
        Assert.Equal([(4, "dock/black"), (3, "dock/black")], counted.Seen);
    }

    [Fact]
    public void AddBlindReason_Recording_UsesRecordingTime()
    {
        var visibility = Make(recording: true);
        using var frame = Frame.Rent(2, 2, DateTimeOffset.UnixEpoch.AddHours(5), 0, 0);
        Assert.Equal(frame.CapturedAt, visibility.Stamp(frame, out _));
        visibility.AddBlindReason(BlindReason.Frozen, "");
        Assert.Equal(frame.CapturedAt, Assert.Single(_sink.Changes).Time);
    }

    private sealed class FakeVisibilitySink : IVisibilitySink
    {
        public List<VisibilityChange> Changes { get; } = [];

        public void Publish(VisibilityChange change) => Changes.Add(change);
    }
}
