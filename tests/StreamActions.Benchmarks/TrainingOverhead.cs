// The cost of a training run without the network: generating or decoding clips, reports and checkpoints.
using System.Diagnostics;
using System.Globalization;
using StreamActions.Core.Clips;
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Benchmarks;

/// <summary>Clips per second of the training loop, compared with the same steps on a fixed batch, in turns.</summary>
internal static class TrainingOverhead
{
    private const int Batch = 32, Seed = 1;

    /// <summary>Prints both rates of each round, the loop's wait for data, and the median of the ratios.</summary>
    /// <param name="bundle">The bundle from which training starts.</param>
    /// <param name="data">Recordings (docs/data.md), decoded for every clip; null: generated clips.</param>
    /// <param name="steps">Steps of each round.</param>
    /// <param name="rounds">Number of rounds.</param>
    /// <param name="output">Where to print.</param>
    public static async Task RunAsync(string bundle, string? data, int steps, int rounds, TextWriter output)
    {
        set_num_threads(Environment.ProcessorCount);
        using TemporaryFolder folder = new();
        var options = new TrainingOptions
        {
            Steps = 0,
            Batch = Batch,
            Rate = 1e-4,
            Seed = Seed,
            MixedPrecision = true,
            EvaluateEvery = int.MaxValue,
            Train = TrainablePart.Adapters,
            Losses = new() { Masked = 0 },
        };
        var start = StartingPoint.Open(bundle);
        var source = data is null ? options.Data.Open(start.Clip, options.Seed, fresh: false) : Recordings(data, start.Clip);
        output.WriteLine(data is null
            ? "generated clips"
            : FormattableString.Invariant($"recordings of {data}: {source.ClipsInEpoch} for training, without a cache of decoded frames"));
        var run = RunFolder.From(folder.Path, start, start.Clip, options, source);
        using Bare bare = new(run, source);
        List<double> ratios = [];
        for (var round = 0; round <= rounds; round++)
        {
            var alone = bare.Run(steps);
            run = run.WithSteps((round + 1) * steps);
            var (whole, wait) = await LoopAsync(run, source);
            if (round == 0)
                continue;   // warm-up
            ratios.Add(whole / alone);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: bare {alone:f1} clips/s, loop {whole:f1} clips/s "
                + $"({Batch / whole:f3} s a step, of which {wait * 1000:f1} ms wait for clips), ratio {whole / alone:f3}"));
        }
        if (source.Skipped.Count > 0)
        {
            output.WriteLine(FormattableString.Invariant(
                $"{source.Skipped.Count} recordings were skipped, the first: {source.Skipped[0].Reason}"));
        }
        ratios.Sort();
        output.WriteLine(FormattableString.Invariant(
            $"median ratio {ratios[ratios.Count / 2]:f3} (from {ratios[0]:f3} to {ratios[^1]:f3})"));
    }

    // Without a cache, like a long run on a data set that is larger than the cache.
    private static RecordedClipSource Recordings(string path, ClipSpec clip) => new(
        DataSetReader.Open(new() { Path = Path.GetFullPath(path), Seed = Seed }),
        clip,
        new() { Seed = Seed, Decoding = new() { CacheBytes = 0 } });

    // From the end of the first step to the end of the last: the start does not count.
    private static async Task<(double ClipsPerSecond, double Wait)> LoopAsync(RunFolder run, IClipSource source)
    {
        List<(long At, double Wait)> steps = [];
        await new TrainingLoop(run, source).RunAsync(
            s => steps.Add((Stopwatch.GetTimestamp(), s.WaitSeconds)), (_, _) => { }, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(steps[0].At, steps[^1].At).TotalSeconds;
        return ((steps.Count - 1) * Batch / seconds, steps.Skip(1).Average(s => s.Wait));
    }

    /// <summary>The same network, losses and optimiser on a fixed batch.</summary>
    private sealed class Bare : IDisposable
    {
        private readonly TorchNetwork _network;
        private readonly Recipe _recipe;
        private readonly MultiTaskLoss _losses;
        private readonly TrainingClip[] _clips;

        public Bare(RunFolder run, IClipSource source)
        {
            _network = run.LoadNetwork();
            Recipe.Freeze(_network.Parameters, run.Options, run.Config.VisionAdapterLayers > 0);
            _recipe = new(_network.Parameters, run.Options with { Steps = 1000 });
            _losses = new(_network, run.Options.Losses, run.Classes, words: null);
            _clips = [.. Enumerable.Range(0, Batch).Select(n => source.Training(n))];
            (_network.Training, _network.MixedPrecision) = (true, run.Options.MixedPrecision);
        }

        public double Run(int steps)
        {
            var started = Stopwatch.GetTimestamp();
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                _recipe.SetRate(step);
                _losses.Of(_clips, step).Total.backward();
                _recipe.Step();
            }
            return steps * Batch / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        public void Dispose()
        {
            _recipe.Dispose();
            _network.Dispose();
        }
    }
}
