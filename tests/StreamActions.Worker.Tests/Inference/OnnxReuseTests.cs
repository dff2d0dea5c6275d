// Streams that reuse tokens in ONNX Runtime: caches in one buffer give the same as copies, and all rows give the same as no reuse.
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class OnnxReuseTests : IDisposable
{
    private static readonly ReuseRule Rule = new(Levels: 3, Hold: 1, Around: 0, Refresh: 6, MostShare: 0.9);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TemporalMode.Causal, 5)]
    [InlineData(TemporalMode.Causal, 0)]
    [InlineData(TemporalMode.PerFrame, 5)]
    public void Run_InterleavedStreams_EqualStreamsWithCopiedCaches(TemporalMode temporal, int classes)
    {
        var bundle = TinyBundle.Write(_folder.Path, classes, temporal: temporal, reuse: true);
        var manifest = bundle.Manifest;
        using InferenceSession session = new(bundle.PathOf(ModelBundle.ReuseGraph));
        using OnnxStreamModel model = new(new(bundle.PathOf(ModelBundle.ReuseGraph)), manifest, gpu: false, Rule);
        using var lane = model.OpenLane(2);
        const int streams = 3;
        var tokens = (int)manifest.Caches![0].Shape[0];
        var held = Enumerable.Range(0, streams).Select(_ => model.OpenStream()).ToArray();
        var copied = Enumerable.Range(0, streams).Select(_ => new GraphStream(session, manifest.States, manifest.Caches)).ToArray();
        var changed = held.Select(_ => new ChangedPatches(manifest.Clip.Size, tokens, ReuseRule.Memory(manifest.States), Rule)).ToArray();
        var pictures = held.Select(_ => new byte[manifest.Clip.FrameBytes]).ToArray();
        var (started, rows, parts) = (new bool[streams], new long[tokens], 0);
        Random random = new(3);
        for (var step = 0; step < 80; step++)
        {
            int[] chosen = [.. Enumerable.Range(0, streams).OrderBy(_ => random.Next()).Take(2)];
            var inputs = chosen.Select(s => new StreamInput(held[s], Next(manifest, pictures[s], random), !started[s], 0)).ToArray();
            var output = lane.Run(inputs);
            foreach (var (i, s) in chosen.Index())
            {
                var count = changed[s].Choose(pictures[s], !started[s], rows);
                parts += count < tokens ? 1 : 0;
                var wanted = copied[s].Step(pictures[s], rows[..count]);
                started[s] = true;
                AssertClose(wanted[GraphTensors.Embedding], output.Embedding(i).Span);
                AssertClose(classes == 0 ? [] : wanted[GraphTensors.ClassLogits], output.ClassLogits(i).Span);
                inputs[i].Frame.Release();
            }
        }
        Assert.True(parts > 40, $"only {parts} frames were encoded in part");
        foreach (var stream in held)
            stream.Dispose();
    }

    [Theory]
    [InlineData(TemporalMode.Causal)]
    [InlineData(TemporalMode.PerFrame)]
    public void Run_EveryFrameInFull_EqualsStreamGraph(TemporalMode temporal)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: temporal, reuse: true);
        using OnnxStreamModel plain = new(new(bundle.PathOf(ModelBundle.StreamGraph)), bundle.Manifest, gpu: false);
        using OnnxStreamModel full = new(new(bundle.PathOf(ModelBundle.ReuseGraph)), bundle.Manifest, gpu: false, ReuseRule.Full);
        using var lane = plain.OpenLane(1);
        using var other = full.OpenLane(1);
        using var stream = plain.OpenStream();
        using var same = full.OpenStream();
        var picture = new byte[bundle.Manifest.Clip.FrameBytes];
        Random random = new(4);
        for (var n = 0; n < 40; n++)
        {
            var frame = Next(bundle.Manifest, picture, random);
            var expected = lane.Run([new(stream, frame, n == 0, 0)]).Embedding(0).ToArray();
            AssertClose(expected, other.Run([new(same, frame, n == 0, 0)]).Embedding(0).Span);
            frame.Release();
        }
        Assert.Equal(new TokenCount(0, 0), plain.Tokens);
        Assert.Equal(new TokenCount(40 * bundle.Manifest.Caches![0].Shape[0], 0), full.Tokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_StreamStartsAgain_EqualsFreshStream(bool interrupted)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, reuse: true);
        using OnnxStreamModel model = new(new(bundle.PathOf(ModelBundle.ReuseGraph)), bundle.Manifest, gpu: false, Rule);
        using var lane = model.OpenLane(1);
        using var used = model.OpenStream();
        using var fresh = model.OpenStream();
        var picture = new byte[bundle.Manifest.Clip.FrameBytes];
        Random random = new(5);
        for (var n = 0; n < 25; n++)
            Encode(lane, used, Next(bundle.Manifest, picture, random), n == 0);
        if (interrupted)
            used.Interrupt();
        for (var n = 0; n < 25; n++)
        {
            var frame = Next(bundle.Manifest, picture, random);
            var again = Encode(lane, used, frame.Share(), starts: n == 0 && !interrupted, n == 0 ? 99 : 0);
            Assert.Equal(Encode(lane, fresh, frame, starts: n == 0, n == 0 ? 99 : 0), again);
        }
    }

    [Theory]
    [InlineData("Off", "stream.onnx")]
    [InlineData("Balanced", "reuse.onnx")]
    [InlineData("High", "reuse.onnx")]
    public void Open_Level_ChecksGoldenClipsOnTheGraphForIt(string name, string file)
    {
        var level = Enum.Parse<ReuseLevel>(name);
        // Also of a network that remembers nothing: its golden clips are encoded in full.
        foreach (var temporal in (TemporalMode[])[TemporalMode.Causal, TemporalMode.PerFrame])
        {
            var bundle = TinyBundle.Write(_folder.File($"{temporal}"), temporal: temporal, reuse: true);
            using var model = OnnxActionModel.Open(bundle, new() { Device = "cpu", Reuse = level }, NullLogger.Instance);
            Assert.Equal(file, model.Graph.File);
            Assert.InRange(model.MeasureGolden(bundle).Worst, 0, 1e-5);
        }
    }

    [Fact]
    public void Open_CachesOfAnotherShape_IsRefused()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, reuse: true);
        bundle = TinyBundle.Rewrite(bundle, m => m with
        {
            Caches = [.. m.Caches!.Select((c, i) => i == 0 ? c with { Shape = [c.Shape[0], 32] } : c)],
        });
        var error = Assert.Throws<BundleException>(
            () => OnnxActionModel.Open(bundle, new() { Device = "cpu", Reuse = ReuseLevel.High }, NullLogger.Instance));
        Assert.Contains("'blocks.0.key' is Single [5, 64], the manifest says Single [-1, 32]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SteadyState_AllocatesOnlyTheNameOfOneInput()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, reuse: true);
        using OnnxStreamModel model = new(new(bundle.PathOf(ModelBundle.ReuseGraph)), bundle.Manifest, gpu: false, Rule);
        using var lane = model.OpenLane(1);
        using var stream = model.OpenStream();
        var frame = Pictures.Frame(0, bytes: bundle.Manifest.Clip.FrameBytes);
        StreamInput[] first = [new(stream, frame, true, 0)], next = [new(stream, frame, false, 0)];
        lane.Run(first);
        for (var n = 0; n < 24; n++)
            lane.Run(next);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 24; n++)
            lane.Run(next);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 24, 0, 128);
        frame.Release();
    }

    private static float[] Encode(IStreamLane lane, IModelStream stream, ViewFrame frame, bool starts, int skipped = 0)
    {
        var output = lane.Run([new(stream, frame, starts, skipped)]).Embedding(0).ToArray();
        frame.Release();
        return output;
    }

    // The picture with another square of noise in it.
    private static ViewFrame Next(ModelManifest manifest, byte[] picture, Random random)
    {
        var (x, y) = (random.Next(manifest.Clip.Size), random.Next(manifest.Clip.Size));
        for (var row = y; row < Math.Min(manifest.Clip.Size, y + 4); row++)
        {
            var at = (row * manifest.Clip.Size + x) * 3;
            random.NextBytes(picture.AsSpan(at, Math.Min(4, manifest.Clip.Size - x) * 3));
        }
        var frame = Pictures.Frame(0, bytes: picture.Length);
        picture.CopyTo(frame.Pixels);
        return frame;
    }

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
    }
}
