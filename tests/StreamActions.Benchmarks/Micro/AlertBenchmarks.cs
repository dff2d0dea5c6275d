// The cost of one observation in the alert stage, by number of phrases and alerts.
using BenchmarkDotNet.Attributes;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Views;

namespace StreamActions.Benchmarks.Micro;

/// <summary>One view, embeddings of CLIP ViT-B/16's width, no event.</summary>
public class AlertBenchmarks
{
    private const int Width = 512;
    private static readonly View Watched = new("camera", null);

    private AlertStage _stage = null!;
    private float[] _embedding = null!;
    private int _windows;

    /// <summary>Phrases of all alerts together.</summary>
    [Params(1, 10, 100, 1000)]
    public int Phrases { get; set; }

    /// <summary>Alerts among which the phrases are divided.</summary>
    [Params(1, 100)]
    public int Alerts { get; set; }

    /// <summary>Compiles the alerts.</summary>
    [GlobalSetup]
    public void Compile()
    {
        Random random = new(1);
        PhraseTable table = new(Enumerable.Range(0, Phrases).Select(i => new EmbeddedPhrase($"phrase {i}", UnitVector(random))));
        RuleOrigin origin = new("hash", new("model", "1", "hash"));
        // With fewer phrases than alerts, alerts share them.
        var each = Math.Max(1, Phrases / Alerts);
        var rules = Enumerable.Range(0, Alerts).Select(alert =>
        {
            int[] own = [.. Enumerable.Range(alert * each, each).Select(i => i % Phrases)];
            return new AlertRule(Options($"alert-{alert}"), new PhraseScorer(table, own, [], scale: 100), origin);
        });
        _stage = new(
            new(new Dictionary<View, IReadOnlyList<AlertRule>> { [Watched] = [.. rules] }, TimeSpan.FromSeconds(0.25)),
            new NoTransitions(),
            TimeProvider.System);
        _embedding = UnitVector(random);
    }

    /// <summary>One observation: cosines, scores and trackers of all alerts.</summary>
    [Benchmark]
    public void Observe()
    {
        var at = DateTimeOffset.UnixEpoch + ++_windows * TimeSpan.FromSeconds(0.25);
        _stage.Observe(new(Watched, at, at, 0, _embedding, default));
    }

    private static float[] UnitVector(Random random)
    {
        var vector = new float[Width];
        for (var i = 0; i < Width; i++)
            vector[i] = random.NextSingle() - 0.5f;
        var length = MathF.Sqrt(vector.Sum(v => v * v));
        return [.. vector.Select(v => v / length)];
    }

    private static AlertOptions Options(string name) => new()
    {
        Name = name,
        Phrases = [],
        Not = [],
        Cameras = [Watched.Camera],
        Zones = [],
        // Without other phrases the score is 1, and an event would stay open.
        Enter = 1.1,
        Exit = 1.05,
        BeginAfter = TimeSpan.FromSeconds(1),
        EndAfter = TimeSpan.FromSeconds(3),
        MergeGap = TimeSpan.FromSeconds(0.5),
        Cooldown = TimeSpan.FromSeconds(10),
        UpdateEvery = TimeSpan.FromSeconds(5),
    };

    private sealed class NoTransitions : ITransitionSink
    {
        public IBeginReceipt? Publish(AlertTransition transition) => throw new InvalidOperationException("no score can begin an event");

        public Task SettledAsync(string camera) => Task.CompletedTask;
    }
}
