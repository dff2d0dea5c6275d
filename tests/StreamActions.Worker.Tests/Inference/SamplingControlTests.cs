// Thinning: which steps of which views are taken, on a scripted clock.
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class SamplingControlTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.25);
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<View, int> _taken = [];
    private readonly SamplingControl _control;

    public SamplingControlTests() => _control = new(new("cpu", 1, 1, 1), TimeSpan.FromSeconds(2), _time);

    private static View[] Cameras(int count) => [.. Enumerable.Range(0, count).Select(i => new View($"camera-{i}", null))];

    // Each view asks four times a second.
    private void Ask(IReadOnlyList<View> views, double seconds)
    {
        _taken.Clear();
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(seconds); passed += Interval)
        {
            _time.Advance(Interval);
            foreach (var view in views)
                _taken[view] = _taken.GetValueOrDefault(view) + (_control.Takes(view) ? 1 : 0);
        }
    }

    [Fact]
    public void Ran_StepsOfSeveralFrames_CountsFrames()
    {
        // One step of three frames, and a batch of two steps of two frames.
        _control.Ran(1, 3, TimeSpan.FromSeconds(0.3));
        Assert.Equal(10, _control.Capacity, 6);
        SamplingControl batches = new(new("cuda:0", 1, 1, 2), TimeSpan.FromSeconds(2), _time);
        batches.Ran(2, 4, TimeSpan.FromSeconds(0.2));
        Assert.Equal(20, batches.Capacity, 6);
    }

    [Fact]
    public void Takes_CapacityHoldsAll_TakesEveryStep()
    {
        _control.Ran(1, 1, TimeSpan.FromSeconds(1 / 40.0));
        Ask(Cameras(8), seconds: 30);
        Assert.All(_taken.Values, count => Assert.Equal(120, count));
    }

    [Fact]
    public void Takes_AboveCapacity_ThinsEvenlyAndEquallyForAllCameras()
    {
        _control.Ran(1, 1, TimeSpan.FromSeconds(1 / 16.0));
        Ask(Cameras(8), seconds: 5);
        Ask(Cameras(8), seconds: 100);
        // Eight cameras share 0.85 × 16 steps a second.
        Assert.All(_taken.Values, count => Assert.InRange(count, 169, 171));
        Assert.InRange(_taken.Values.Max() - _taken.Values.Min(), 0, 1);
        // At no time do all cameras take their steps together.
        for (var i = 0; i < 20; i++)
        {
            Ask(Cameras(8), Interval.TotalSeconds);
            Assert.InRange(_taken.Values.Sum(), 2, 5);
        }
    }

    [Fact]
    public void Takes_CameraWithManyZones_GetsNoMoreThanOthers()
    {
        View[] zones = [.. Enumerable.Range(0, 4).Select(i => new View("many", $"zone-{i}"))];
        View[] views = [.. zones, .. Cameras(2)];
        _control.Ran(1, 1, TimeSpan.FromSeconds(1 / 10.0));
        Ask(views, seconds: 5);
        Ask(views, seconds: 100);
        var ofZones = zones.Select(zone => _taken[zone]).ToArray();
        // Three cameras share 8.5 steps a second; the four zones share the part of theirs.
        Assert.InRange(ofZones.Sum(), 279, 287);
        Assert.InRange(ofZones.Max() - ofZones.Min(), 0, 1);
        Assert.All(Cameras(2), camera => Assert.InRange(_taken[camera], 281, 285));
    }

    [Fact]
    public void Takes_CameraWantsLessThanItsPart_TakesEveryStep()
    {
        var cameras = Cameras(4);
        _control.Ran(1, 1, TimeSpan.FromSeconds(1 / 10.0));
        View slow = new("slow", null);
        var (asked, taken) = (0, 0);
        for (var second = 0; second < 60; second++)
        {
            Ask(cameras, seconds: 1);
            if (second < 5)
            {
                _control.Takes(slow);
                continue;
            }
            asked++;
            taken += _control.Takes(slow) ? 1 : 0;
        }
        Assert.Equal(asked, taken);
    }

    [Fact]
    public void Takes_OtherCamerasStop_TakesEveryStepAgain()
    {
        _control.Ran(1, 1, TimeSpan.FromSeconds(1 / 8.0));
        Ask(Cameras(4), seconds: 20);
        Assert.All(_taken.Values, count => Assert.InRange(count, 30, 45));
        Ask(Cameras(1), seconds: 30);
        Ask(Cameras(1), seconds: 30);
        Assert.Equal(120, _taken.Values.Single());
    }

    [Fact]
    public void Takes_LatencyTooHigh_TakesFewerSteps()
    {
        _control.Ran(1, 1, TimeSpan.FromSeconds(1 / 40.0));
        for (var second = 0; second < 30; second++)
        {
            for (var i = 0; i < 20; i++)
                _control.Decided(TimeSpan.FromSeconds(5));
            Ask(Cameras(8), seconds: 1);
        }
        Assert.InRange(_taken.Values.Sum(), 1, 16);
    }
}
