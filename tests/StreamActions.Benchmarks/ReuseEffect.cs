// What reuse saves and changes on recordings: every window with each level of inference.reuse, against frames encoded in full.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Onnx.Quantization;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Benchmarks;

/// <summary>
/// Encodes recordings as the worker does, stride 1, on one thread. Each recording is a stream of its own. The models take turns, recording
/// by recording, so that other load on the machine meets all of them.
/// </summary>
internal static class ReuseEffect
{
    private const string Pattern = "*.mp4";

    // One level: its model, and what it gave for all windows so far.
    private sealed class Level(ReuseLevel reuse, OnnxActionModel model) : IDisposable
    {
        private readonly IVideoEncoder _encoder = model.Encoder(new(Stride: 1, MaxBatch: 1, MostWaiting: 1));
        private readonly View _view = new("", null);

        public string Word { get; } = reuse.ToString().ToLowerInvariant();

        public List<float[]> Embeddings { get; } = [];

        public TimeSpan Cpu { get; private set; }

        public TokenCount Tokens => _encoder.Tokens;

        public void Run(byte[] frames)
        {
            using var slot = _encoder.Open(_view);
            using var lane = _encoder.OpenLane();
            List<(EncoderStep, Observation Observation)> due = [];
            var clip = model.Manifest.Clip;
            var at = DateTimeOffset.UnixEpoch;
            foreach (var pixels in frames.Chunk(clip.FrameBytes))
            {
                var frame = ViewFrame.Rent(clip.FrameBytes, _view, generation: 1, at += clip.FrameInterval, Stopwatch.GetTimestamp());
                pixels.CopyTo(frame.Pixels);
                if (slot.Push(frame) is not { } step)
                    continue;
                var before = Environment.CpuUsage.TotalTime;
                lane.Encode([step], due);
                Cpu += Environment.CpuUsage.TotalTime - before;
                Embeddings.AddRange(due.Select(d => d.Observation.Embedding.ToArray()));
                due.Clear();
                step.Dispose();
            }
        }

        public void Dispose() => model.Dispose();
    }

    /// <summary>Measures and prints a row for each level.</summary>
    /// <param name="bundle">Folder of a bundle with reuse graphs.</param>
    /// <param name="recordings">Folder of recordings, searched with its folders.</param>
    /// <param name="most">Most recordings.</param>
    /// <param name="output">Receives the table.</param>
    /// <exception cref="FileNotFoundException">The folder has no recording.</exception>
    public static async Task<int> RunAsync(string bundle, string recordings, int most, TextWriter output)
    {
        string[] files = [.. Spread([.. Directory.EnumerateFiles(recordings, Pattern, SearchOption.AllDirectories).Order()], most)];
        if (files.Length == 0)
            throw new FileNotFoundException($"{recordings}: no recording {Pattern} in it");
        var opened = ModelBundle.Open(bundle);
        var clip = opened.Manifest.Clip;
        Level[] levels = [.. Enum.GetValues<ReuseLevel>().Select(reuse => Open(opened, reuse))];
        var frames = 0;
        foreach (var file in files)
        {
            var pixels = await ClipReader.ReadAllAsync(file, clip.SampleFps, clip.Size, clip.Resize);
            frames += pixels.Length / clip.FrameBytes;
            foreach (var level in levels)
                level.Run(pixels);
        }
        var classes = Classes(opened, files);
        output.WriteLine(
            $"{files.Length} recordings, {frames} frames, {levels[0].Embeddings.Count} windows, {classes.Texts.Count} phrases");
        output.WriteLine("reuse     tokens  CPU s a frame  cheaper  smallest cosine  mean removed  best phrase  decisions");
        foreach (var level in levels)
        {
            var (encoded, reused) = level.Tokens;
            var quality = QualityMeasure.Of(
                new(levels[0].Embeddings, level.Embeddings), new([levels[0].Embeddings[0]], [level.Embeddings[0]]), classes);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{level.Word,-8} {(encoded == 0 ? 1 : encoded / (double)(encoded + reused)),7:p1} {level.Cpu.TotalSeconds / frames,14:f4} "
                + $"{levels[0].Cpu / level.Cpu,7:f1}× {quality.PlainCosine,16:f4} {quality.Cosine,13:f4} {quality.Top1,12:p2} "
                + $"{quality.Decisions,10:p2}"));
        }
        foreach (var level in levels)
            level.Dispose();
        return 0;
    }

    private static Level Open(ModelBundle bundle, ReuseLevel reuse) => new(reuse, OnnxActionModel.Open(
        bundle, new() { Device = DeviceChoice.Cpu, Threads = 1, Reuse = reuse }, NullLogger.Instance));

    // The model's classes; of a model without classes, the names of the recordings' folders.
    private static TextClasses Classes(ModelBundle bundle, string[] files)
    {
        IReadOnlyList<string> phrases = bundle.Manifest.Labels.Count > 0
            ? bundle.Manifest.Labels
            : [.. files.Select(f => Path.GetFileName(Path.GetDirectoryName(f))!.Replace('_', ' ')).Distinct().Order()];
        using var model = OnnxActionModel.Open(bundle, new() { Device = DeviceChoice.Cpu }, NullLogger.Instance);
        return new(model.EmbedTexts(phrases), bundle.Manifest.Scale);
    }

    private static IEnumerable<string> Spread(string[] files, int most) =>
        most >= files.Length ? files : Enumerable.Range(0, most).Select(i => files[(int)((long)i * files.Length / most)]);
}
