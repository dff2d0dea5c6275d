// What is told of a camera that does not see, and in which time.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Events;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Decisions;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Tests.Telemetry;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class CameraSightTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeSink _sink = new();
    private readonly Lines _lines = new();

    public void Dispose() => _services.Dispose();

    private CameraSight Make(bool recording = false) => new("dock", recording, _sink, _services.GetRequiredService<WorkerMetrics>(), _time, _lines.Of<CameraSight>());

    private IEnumerable<(bool, string)> Told => _sink.Events.Cast<CameraEvent>().Select(e => (e.Blind, e.Reason));

    [Fact]
    public async Task BlindAndSees_TwoReasons_SeesWhenBothHaveGone()
    {
        var sight = Make();
        await sight.BlindAsync(BlindReason.Frozen, "");
        await sight.BlindAsync(BlindReason.Offline, "");
        await sight.BlindAsync(BlindReason.Offline, "");
        await sight.SeesAsync(BlindReason.Offline, "");
        await sight.SeesAsync(BlindReason.Overload, "");
        Assert.Equal([(true, "frozen"), (true, "offline")], Told);
        await sight.SeesAsync(BlindReason.Frozen, "the picture changes again");
        Assert.Equal([(true, "frozen"), (true, "offline"), (false, "frozen")], Told);
    }

    [Fact]
    public async Task CountBlindTime_Reasons_AreCountedInSecondsByCameraAndReason()
    {
        using Measurements counted = new(_services.GetRequiredService<IMeterFactory>(), "streamactions.camera.blind.time");
        var sight = Make();
        await sight.BlindAsync(BlindReason.Black, "");
        _time.Advance(TimeSpan.FromSeconds(4));
        sight.CountBlindTime();
        _time.Advance(TimeSpan.FromSeconds(3));
        await sight.SeesAsync(BlindReason.Black, "");
        _time.Advance(TimeSpan.FromSeconds(9));
        sight.CountBlindTime();
        Assert.Equal([(4, "dock/black"), (3, "dock/black")], counted.Seen);
    }

    [Fact]
    public async Task BlindAsync_Recording_IsToldInTheRecordingsTime()
    {
        var sight = Make(recording: true);
        using var frame = Frame.Rent(2, 2, DateTimeOffset.UnixEpoch.AddHours(5), 0, 0);
        Assert.Equal(frame.CapturedAt, sight.Stamp(frame, out _));
        await sight.BlindAsync(BlindReason.Frozen, "");
        Assert.Equal(frame.CapturedAt, Assert.Single(_sink.Events).Time);
    }

    [Fact]
    public async Task BlindAsync_StoreRefuses_IsSaidAndNothingBreaks()
    {
        _sink.Refuses = _ => true;
        await Make().BlindAsync(BlindReason.Black, "");
        Assert.Contains(_lines.All, line => line.Text.Contains("could not be stored: ", StringComparison.Ordinal));
    }
}
