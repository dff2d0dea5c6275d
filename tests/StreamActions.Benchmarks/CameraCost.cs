// CPU and memory of a camera: the worker's readers, resizing and windows, compared with ffmpeg that decodes the same streams.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.TestKit.Fleet;
using StreamActions.TestKit.Rtsp;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;

namespace StreamActions.Benchmarks;

/// <summary>RTSP cameras of 640×360 at 15 frames a second, H.264, at the demo model's sample rate. The network does not run.</summary>
internal static class CameraCost
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    /// <summary>Measures both in one run.</summary>
    public static async Task<int> RunAsync(int count, int seconds, TextWriter output)
    {
        using TemporaryFolder folder = new();
        var recording = TestVideo.Make(folder.File("cam.mp4"), 640, 360, fps: 15, seconds: 6);
        await using var server = await RtspServer.StartAsync("cam", recording);
        var bundle = ModelBundle.Open(Path.Combine(RepositoryPaths.Root, "models", "demo"));
        using var model = new SilentModel(OnnxActionModel.Open(bundle, new() { Device = "cpu", Threads = 1 }, NullLogger.Instance));
        var cameras = Enumerable.Range(0, count).ToDictionary(i => $"camera-{i}", _ => server.Url("cam"));
        var before = Footprint.ShareOf(Environment.ProcessId);
        await using (var fleet = await ObservedFleet.StartAsync(folder, model, cameras))
        {
            bool AllLive() => fleet.Workers.Values.All(c => c.Status.State == CameraState.Live);
            if (await ObservedFleet.UntilAsync(AllLive, StartPatience) is null)
            {
                output.WriteLine("FAILED: not all cameras became live");
                return 1;
            }
            var readers = Footprint.Now().Readers;
            var frames = fleet.Cameras.Values.Sum(c => c.Frames);
            var (ours, theirs) = await ShareOfACoreAsync([Environment.ProcessId], readers, seconds);
            frames = fleet.Cameras.Values.Sum(c => c.Frames) - frames;
            var (own, all) = (Footprint.ShareOf(Environment.ProcessId) - before, readers.Sum(Footprint.ShareOf));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"worker: {count} cameras, {frames / (double)seconds / count:f2} frames/s each; "
                + $"readers {theirs:p1} of a core, worker {ours:p1}, sum {ours + theirs:p1}; "
                + $"for each camera {Mebi(all) / count:f1} MB in its reader, {Mebi(own) / count:f1} MB in the worker"));
        }
        var alone = await AloneAsync(server.Url("cam"), model.Manifest.Clip.SampleFps, count, seconds);
        output.WriteLine(FormattableString.Invariant(
            $"ffmpeg alone, the same streams to /dev/null: {alone.Share:p1} of a core; {alone.Memory:f1} MB each"));
        return 0;
    }

    private static async Task<(double Share, double Memory)> AloneAsync(string url, double sampleFps, int count, int seconds)
    {
        // The worker's own command with another output.
        var command = ReaderCommand.For(new SourceOptions { Address = url, Kind = SourceKind.Stream, SampleFps = sampleFps });
        string[] arguments = [.. command.Arguments.SkipLast(1), "-y", "/dev/null"];
        List<Process> readers = [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                ProcessStartInfo start = new("ffmpeg", arguments) { RedirectStandardInput = true, RedirectStandardError = true };
                var reader = Process.Start(start)!;
                readers.Add(reader);
                await reader.StandardInput.WriteAsync(command.Script);
                reader.StandardInput.Close();
                reader.ErrorDataReceived += (_, _) => { };
                reader.BeginErrorReadLine();
            }
            await Task.Delay(TimeSpan.FromSeconds(10));
            int[] ids = [.. readers.Select(r => r.Id)];
            var (_, share) = await ShareOfACoreAsync([], ids, seconds);
            return (share, Mebi(ids.Sum(Footprint.ShareOf)) / count);
        }
        finally
        {
            foreach (var reader in readers)
            {
                reader.Kill();
                await reader.WaitForExitAsync();
                reader.Dispose();
            }
        }
    }

    private static async Task<(double Ours, double Theirs)> ShareOfACoreAsync(
        IReadOnlyList<int> ours, IReadOnlyList<int> theirs, int seconds)
    {
        double Used(IEnumerable<int> processes) => processes.Sum(id => Footprint.ProcessorTimeOf(id).TotalSeconds);
        var (began, oursBefore, theirsBefore) = (Stopwatch.GetTimestamp(), Used(ours), Used(theirs));
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return ((Used(ours) - oursBefore) / took, (Used(theirs) - theirsBefore) / took);
    }

    private static double Mebi(long bytes) => bytes / 1048576.0;

    // Everything except the network.
    private sealed class SilentModel(OnnxActionModel model) : IActionModel, IWindowModel
    {
        public ModelManifest Manifest => model.Manifest;

        public string Sha256 => model.Sha256;

        public string Device => model.Device;

        public IVideoEncoder Encoder(EncoderSettings settings) => new WindowedEncoder(this, Manifest.Clip, settings);

        public IModelLane OpenLane(int maxBatch) => new SilentLane(maxBatch, model.Manifest.EmbeddingWidth, model.Manifest.Labels.Count);

        public IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases) => model.EmbedTexts(phrases);

        public IReadOnlyList<string> UnknownWords(string phrase) => model.UnknownWords(phrase);

        public bool IsCut(string phrase) => model.IsCut(phrase);

        public void Dispose() => model.Dispose();
    }

    private sealed class SilentLane(int maxBatch, int width, int classes) : IModelLane
    {
        private readonly float[] _embeddings = new float[maxBatch * width], _logits = new float[maxBatch * classes];

        public BatchOutput Run(IReadOnlyList<FrameWindow> windows) => new(_embeddings, _logits, width, classes);

        public void Dispose()
        {
        }
    }
}
