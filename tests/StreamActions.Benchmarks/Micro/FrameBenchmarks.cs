// The cost of the pure parts that every sampled frame passes.
using BenchmarkDotNet.Attributes;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Benchmarks.Micro;

/// <summary>Motion detection, motion gate and the governor of the sampling rate.</summary>
public class FrameBenchmarks
{
    private const int Pictures = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.25);

    private readonly MotionDetector _detector = MotionDetector.For(MotionSensitivity.Normal);
    private readonly MotionGate _gate = new();
    private readonly SamplingGovernor _governor = new(TimeSpan.FromSeconds(2));
    private float[][] _thumbnails = [];
    private double[] _wanted = [];
    private DateTimeOffset _time = DateTimeOffset.UnixEpoch;
    private int _frame;

    /// <summary>Cameras that the governor shares the capacity among.</summary>
    [Params(16, 256)]
    public int Cameras { get; set; }

    /// <summary>Draws noisy thumbnails.</summary>
    [GlobalSetup]
    public void Draw()
    {
        Random random = new(1);
        _thumbnails =
        [
            .. Enumerable.Range(0, Pictures).Select(_ =>
                Enumerable.Range(0, LumaThumbnail.Cells).Select(cell => 100 + cell % 50 + random.NextSingle()).ToArray()),
        ];
        _wanted = [.. Enumerable.Range(0, Cameras).Select(camera => 1.0 + camera % 4)];
    }

    /// <summary>Whether something moved between two thumbnails.</summary>
    [Benchmark]
    public bool DetectMotion() => _detector.Moved(Next(), _thumbnails[++_frame % Pictures]);

    /// <summary>Whether a window is still.</summary>
    [Benchmark]
    public bool AskGate()
    {
        var now = Next();
        _gate.Frame(now, moved: false);
        return _gate.IsStill(now - 7 * Interval, now, now - Interval, busy: false);
    }

    /// <summary>Fair rates of all cameras, which the worker computes once a second.</summary>
    [Benchmark]
    public double ShareCapacity()
    {
        _governor.Tick(capacity: 20, _wanted, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.1));
        return _governor.ShareOf(4);
    }

    private DateTimeOffset Next() => _time += Interval;
}
