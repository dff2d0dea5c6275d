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
    private const int Cameras = 8, MostFramesPerCamera = 100;
    private static readonly TimeSpan RoundLength = TimeSpan.FromSeconds(10);

    /// <summary>Prints both rates of each round, and the median of the ratios.</summary>
    public static async Task RunAsync(string folder, int rounds, TextWriter output)
    {
        InferenceOptions options = new() { Device = "cpu", Stride = 1 };
        using var model = OnnxActionModel.Open(ModelBundle.Open(folder), options, NullLogger.Instance);
        var plan = RunPlan.For(model.Device, options, Environment.ProcessorCount);
        output.WriteLine($"{plan}");
        var capacity = CapacityProbe.Measure(
            model.Encoder(new(Stride: 1, plan.MaxBatch, MostWaiting: 1)), model.Manifest.Clip, plan, TimeProvider.System);
        var frames = Math.Clamp(
            (int)(RoundLength.TotalSeconds * capacity.StepsPerSecond / Cameras), 2 * model.Manifest.Clip.Frames, MostFramesPerCamera);
        List<double> ratios = [];
        for (var round = 0; round <= rounds; round++)
        {
            var bare = Bare(model, plan, frames);
            var pipeline = await PipelineAsync(model, plan, frames);
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

    private static int Windows(OnnxActionModel model, int frames) => Cameras * (frames - model.Manifest.Clip.Frames + 1);

    // One thread and one lane for each run at a time, as in the encoder loop. A stream runs for each frame, also for the first ones, which
    // give no window.
    private static double Bare(OnnxActionModel model, RunPlan plan, int frames)
    {
        var left = model.Video is IStreamModel ? Cameras * frames : Windows(model, frames);
        Thread[] threads = [.. Enumerable.Range(0, plan.Parallel).Select(i => new Thread(() =>
        {
            using BareRun run = new(model, i);
            while (Interlocked.Decrement(ref left) >= 0)
                run.Encode();
        }))];
        var started = Stopwatch.GetTimestamp();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return Windows(model, frames) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> PipelineAsync(OnnxActionModel model, RunPlan plan, int frames)
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
        await Task.WhenAll(Enumerable.Range(0, Cameras).Select(c => Task.Run(() => CameraAsync(ViewOf(c), model, stage, frames))));
        var rate = observations.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await loop.StopAsync(CancellationToken.None);
        return observations.Count == Windows(model, frames)
            ? rate
            : throw new InvalidOperationException($"{observations.Count} of {Windows(model, frames)} windows were observed");
    }

    private static async Task CameraAsync(View view, OnnxActionModel model, EncoderStage stage, int frames)
    {
        using var slot = stage.Open(view, waits: true);
        for (var t = 0; t < frames; t++)
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

    // A lane of the model, without slots, queue and encoder loop.
    private sealed class BareRun : IDisposable
    {
        private readonly FrameWindow? _window;
        private readonly IModelLane? _windowLane;
        private readonly ViewFrame? _frame;
        private readonly IStreamLane? _streamLane;
        private readonly IModelStream? _stream;
        private readonly FrameWindow[] _windows = [];
        private readonly StreamInput[] _inputs = [];

        public BareRun(OnnxActionModel model, int camera)
        {
            var clip = model.Manifest.Clip;
            ViewFrame Next(int t) => Frame(ViewOf(camera), clip.FrameBytes, t);
            if (model.Video is IStreamModel streams)
            {
                (_streamLane, _stream, _frame) = (streams.OpenLane(1), streams.OpenStream(), Next(0));
                _inputs = [new(_stream, _frame, Starts: false, Skipped: 0)];
            }
            else
            {
                _windowLane = ((IWindowModel)model.Video).OpenLane(1);
                _windows = [_window = new([.. Enumerable.Range(0, clip.Frames).Select(Next)])];
            }
        }

        public void Encode()
        {
            _windowLane?.Run(_windows);
            _streamLane?.Run(_inputs);
        }

        public void Dispose()
        {
            _window?.Dispose();
            _windowLane?.Dispose();
            _stream?.Dispose();
            _streamLane?.Dispose();
            _frame?.Release();
        }
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
