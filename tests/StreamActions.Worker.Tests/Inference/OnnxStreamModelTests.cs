// Streams in ONNX Runtime: rotating buffers give the same outputs as copies, on any lane and in any order.
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class OnnxStreamModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TemporalMode.Causal, 5)]
    [InlineData(TemporalMode.Causal, 0)]
    [InlineData(TemporalMode.PerFrame, 5)]
    public void Run_InterleavedStreamsOnTwoLanes_EqualStreamsWithCopiedStates(TemporalMode temporal, int classes)
    {
        var bundle = TinyBundle.Write(_folder.Path, classes, temporal: temporal);
        using var model = Open(bundle);
        using InferenceSession session = new(bundle.PathOf(ModelBundle.StreamGraph));
        using var lane = model.OpenLane(3);
        using var other = model.OpenLane(1);
        const int streams = 5;
        var held = Enumerable.Range(0, streams).Select(_ => model.OpenStream()).ToArray();
        var expected = Enumerable.Range(0, streams).Select(_ => new GraphStream(session, bundle.Manifest.States)).ToArray();
        var started = new bool[streams];
        Random random = new(3);
        for (var step = 0; step < 60; step++)
        {
            int[] chosen = [.. Enumerable.Range(0, streams).OrderBy(_ => random.Next()).Take(step % 4 == 3 ? 1 : 3)];
            StreamInput[] inputs = [.. chosen.Select(s => new StreamInput(held[s], Frame(bundle, random), !started[s], 0))];
            var output = (chosen.Length == 1 ? other : lane).Run(inputs);
            for (var i = 0; i < chosen.Length; i++)
            {
                var wanted = expected[chosen[i]].Step(inputs[i].Frame.Pixels.ToArray());
                started[chosen[i]] = true;
                // The window's mean is summed in another order.
                AssertClose(wanted[GraphTensors.Embedding], output.Embedding(i).Span);
                AssertClose(classes == 0 ? [] : wanted[GraphTensors.ClassLogits], output.ClassLogits(i).Span);
                inputs[i].Frame.Release();
            }
        }
        foreach (var stream in held)
            stream.Dispose();
    }

    [Theory]
    [InlineData(TemporalMode.Causal)]
    [InlineData(TemporalMode.PerFrame)]
    public void Run_StreamStartsAgain_EqualsFreshStream(TemporalMode temporal)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: temporal);
        using var model = Open(bundle);
        using var lane = model.OpenLane(1);
        using var used = model.OpenStream();
        using var fresh = model.OpenStream();
        Random random = new(4);
        for (var n = 0; n < 7; n++)
            Encode(lane, used, Frame(bundle, random), starts: n == 0);
        for (var n = 0; n < 7; n++)
        {
            var frame = Frame(bundle, random);
            var again = Encode(lane, used, frame.Share(), starts: n == 0);
            // Before the window is full, its outputs have no meaning.
            if (n >= bundle.Manifest.Clip.Frames - 1)
                Assert.Equal(Encode(lane, fresh, frame, starts: n == 0), again);
            else
                Encode(lane, fresh, frame, starts: n == 0);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(2, 0)]
    [InlineData(1, 2)]
    [InlineData(5, 9)]
    public void Run_SkippedFrames_CountAsRepetitions(int skippedAtStart, int skippedLater)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.PerFrame);
        using var model = Open(bundle);
        using var lane = model.OpenLane(1);
        using var sparse = model.OpenStream();
        using var whole = model.OpenStream();
        Random random = new(5);
        float[] actual = [], expected = [];
        for (var n = 0; n < 6; n++)
        {
            var frame = Frame(bundle, random);
            actual = Encode(lane, sparse, frame.Share(), starts: n == 0, n == 0 ? skippedAtStart : n == 4 ? skippedLater : 0);
            // At the start, skipped frames equal the first encoded one. Later they equal the one before them.
            var times = 1 + (n == 0 ? skippedAtStart : n == 3 ? skippedLater : 0);
            for (var time = 0; time < times; time++)
                expected = Encode(lane, whole, frame.Share(), starts: n == 0 && time == 0);
            frame.Release();
        }
        AssertClose(expected, actual);
    }

    [Theory]
    [InlineData(TemporalMode.Causal)]
    [InlineData(TemporalMode.PerFrame)]
    public void Run_AfterInterruption_EqualsStreamThatStartsFullOfFrame(TemporalMode temporal)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: temporal);
        using var model = Open(bundle);
        using var lane = model.OpenLane(1);
        using var interrupted = model.OpenStream();
        using var fresh = model.OpenStream();
        Random random = new(8);
        for (var n = 0; n < 5; n++)
            Encode(lane, interrupted, Frame(bundle, random), starts: n == 0);
        interrupted.Interrupt();
        for (var n = 0; n < 5; n++)
        {
            var frame = Frame(bundle, random);
            var actual = Encode(lane, interrupted, frame.Share(), starts: false);
            Assert.Equal(Encode(lane, fresh, frame, starts: n == 0, skipped: n == 0 ? 99 : 0), actual);
        }
    }

    [Fact]
    public void Run_SteadyState_AllocatesNothing()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal);
        using var model = Open(bundle);
        using var lane = model.OpenLane(1);
        using var stream = model.OpenStream();
        var frame = Frame(bundle, new(6));
        StreamInput[] first = [new(stream, frame, true, 0)], next = [new(stream, frame, false, 1)];
        lane.Run(first);
        for (var n = 0; n < 24; n++)
            lane.Run(next);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 24; n++)
            lane.Run(next);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        frame.Release();
    }

    [Fact]
    public void Dispose_StreamsAndLanesOpen_FreesThem()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal);
        var model = Open(bundle);
        var lane = model.OpenLane(1);
        var stream = model.OpenStream();
        model.Dispose();
        var frame = Frame(bundle, new(7));
        Assert.Throws<ObjectDisposedException>(() => lane.Run([new(stream, frame, true, 0)]));
        Assert.Throws<ObjectDisposedException>(model.OpenStream);
        stream.Dispose();
        lane.Dispose();
        frame.Release();
    }

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    private static OnnxStreamModel Open(ModelBundle bundle) =>
        (OnnxStreamModel)OnnxActionModel.Open(bundle, new() { Device = "cpu" }, NullLogger.Instance).Video;

    private static float[] Encode(IStreamLane lane, IModelStream stream, ViewFrame frame, bool starts, int skipped = 0)
    {
        var output = lane.Run([new(stream, frame, starts, skipped)]).Embedding(0).ToArray();
        frame.Release();
        return output;
    }

    private static ViewFrame Frame(ModelBundle bundle, Random random)
    {
        var frame = Pictures.Frame(0, bytes: bundle.Manifest.Clip.FrameBytes);
        random.NextBytes(frame.Pixels);
        return frame;
    }
}
