// The cost of the stages around the network: the same session in bare loops and behind slots, queue and encoder loop, in turns.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Benchmarks;

/// <summary>Windows per second through the worker's encoder stages, against the session alone.</summary>
internal static class PipelineOverhead
{
    private const int Cameras = 8, FramesPerCamera = 100;

    /// <summary>Prints both rates of each round, and the median of the ratios.</summary>
    public static async Task RunAsync(string folder, int rounds, TextWriter output)
    {
        InferenceOptions options = new() { Device = "cpu", Stride = 1 };
        using var model = OnnxActionModel.Open(ModelBundle.Open(folder), options, NullLogger.Instance);
        var plan = RunPlan.For(model.Device, options, Environment.ProcessorCount);
        output.WriteLine($"{plan}");
        List<double> ratios = [];
        for (var round = 0; round <= rounds; round++)
        {
            var bare = Bare(model, plan);
            var pipeline = await PipelineAsync(model, plan);
            if (round == 0)
                continue;   // warm-up
            ratios.Add(pipeline / bare);
            output.WriteLine(FormattableString.Invariant(
                $"round {round}: bare {bare:f1} windows/s, pipeline {pipeline:f1} windows/s, ratio {pipeline / bare:f3}"));
        }
        ratios.Sort();
        output.WriteLine(FormattableString.Invariant(
            $"median ratio {ratios[ratios.Count / 2]:f3} (from {ratios[0]:f3} to {ratios[^1]:f3})"));
    }

    private static int Windows(OnnxActionModel model) => Cameras * (FramesPerCamera - model.Manifest.Clip.Frames + 1);

    // One thread and one lane for each run at a time, as in the encoder loop.
    private static double Bare(OnnxActionModel model, RunPlan plan)
    {
        var left = Windows(model);
        Thread[] threads = [.. Enumerable.Range(0, plan.Parallel).Select(i => new Thread(() =>
        {
            var clip = model.Manifest.Clip;
            using FrameWindow window = new([.. Enumerable.Range(0, clip.Frames).Select(t => Frame(ViewOf(i), clip.FrameBytes, t))]);
            using var lane = ((IWindowModel)model.Video).OpenLane(1);
            FrameWindow[] batch = [window];
            while (Interlocked.Decrement(ref left) >= 0)
                lane.Run(batch);
        }))];
        var started = Stopwatch.GetTimestamp();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return Windows(model) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> PipelineAsync(OnnxActionModel model, RunPlan plan)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        WorkerMetrics metrics = new(services.GetRequiredService<IMeterFactory>());
        Counter observations = new();
        var encoder = model.Encoder(new(Stride: 1, plan.MaxBatch, MostWaiting: 1));
        using EncoderQueue queue = new(plan.MaxBatch, TimeSpan.FromMilliseconds(20), TimeProvider.System);
        SamplingControl sampling = new(plan, BuiltIn.MaxLatency, TimeProvider.System);
        EncoderStage stage = new(encoder, queue, observations, observations, sampling, metrics);
        EncoderLoop loop = new(queue, encoder, sampling, observations, metrics, TimeProvider.System, NullLogger<EncoderLoop>.Instance);
        var started = Stopwatch.GetTimestamp();
        await loop.StartAsync(CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, Cameras).Select(c => Task.Run(() => CameraAsync(ViewOf(c), model, stage))));
        var rate = observations.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await loop.StopAsync(CancellationToken.None);
        return observations.Count == Windows(model)
            ? rate
            : throw new InvalidOperationException($"{observations.Count} of {Windows(model)} windows were observed");
    }

    private static async Task CameraAsync(View view, OnnxActionModel model, EncoderStage stage)
    {
        using var slot = stage.Open(view, waits: true);
        for (var t = 0; t < FramesPerCamera; t++)
            await slot.PushAsync(Frame(view, model.Manifest.Clip.FrameBytes, t), CancellationToken.None);
        await stage.EndAsync(view.Camera, CancellationToken.None);
    }

    private static View ViewOf(int camera) => new($"camera-{camera}", null);

    private static ViewFrame Frame(View view, int bytes, int t)
    {
        var frame = ViewFrame.Rent(bytes, view, 1, DateTimeOffset.UnixEpoch + TimeSpan.FromMilliseconds(250 * t), 0);
        frame.Pixels.Fill((byte)(t * 31));
        return frame;
    }

    private sealed class Counter : IObservationSink, IViewStatus
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Observe(in Observation observation) => Interlocked.Increment(ref _count);

        public void Unseen(string camera, DateTimeOffset at)
        {
        }

        public void Finish(string camera)
        {
        }

        public Task SettledAsync(string camera) => Task.CompletedTask;

        public bool IsBusy(View view) => false;
    }
}
