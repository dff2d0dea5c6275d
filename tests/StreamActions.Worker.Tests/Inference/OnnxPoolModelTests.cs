// Streams in pools equal streams with buffers of their own: on any lane, in any batch, after growth, and on several devices.
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class OnnxPoolModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Six streams do not fit into the first pools, and the second half is opened while the first runs.
    [Theory]
    [InlineData(TemporalMode.Causal, 5, false)]
    [InlineData(TemporalMode.Causal, 0, true)]
    [InlineData(TemporalMode.PerFrame, 5, true)]
    public void Run_InterleavedStreamsWhilePoolsGrow_EqualStreamsWithCopiedStates(TemporalMode temporal, int classes, bool fixedSizes)
    {
        var bundle = TinyBundle.Write(_folder.Path, classes, temporal: temporal, pools: true);
        using var model = Open(bundle, fixedSizes);
        using InferenceSession session = new(bundle.PathOf(ModelBundle.StreamGraph));
        using var lane = model.OpenLane(3);
        using var other = model.OpenLane(1);
        const int streams = 6;
        List<IModelStream> held = [];
        var expected = Enumerable.Range(0, streams).Select(_ => new GraphStream(session, bundle.Manifest.States)).ToArray();
        var started = new bool[streams];
        Random random = new(3);
        for (var step = 0; step < 60; step++)
        {
            while (held.Count < (step < 20 ? 3 : streams))
                held.Add(model.OpenStream());
            int[] chosen = [.. Enumerable.Range(0, held.Count).OrderBy(_ => random.Next()).Take(step % 4 == 3 ? 1 : 3)];
            StreamInput[] inputs = [.. chosen.Select(s => new StreamInput(held[s], Frame(bundle, random), !started[s], 0))];
            var output = (chosen.Length == 1 ? other : lane).Run(inputs);
            for (var i = 0; i < chosen.Length; i++)
            {
                var wanted = expected[chosen[i]].Step(inputs[i].Frame.Pixels.ToArray());
                started[chosen[i]] = true;
                AssertClose(wanted[GraphTensors.Embedding], output.Embedding(i).Span);
                AssertClose(classes == 0 ? [] : wanted[GraphTensors.ClassLogits], output.ClassLogits(i).Span);
                inputs[i].Frame.Release();
            }
        }
        Assert.Equal(8, model.Pools.Capacity);
        foreach (var stream in held)
            stream.Dispose();
    }

    [Fact]
    public void OpenStream_PlaceOfClosedStream_IsUsedAgainAndStartsFresh()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, pools: true);
        using var model = Open(bundle);
        using var lane = model.OpenLane(1);
        using var fresh = model.OpenStream();
        Random random = new(4);
        for (var n = 0; n < 20; n++)
        {
            using var stream = model.OpenStream();
            for (var frame = 0; frame < 4; frame++)
                Encode(lane, stream, Frame(bundle, random), starts: frame == 0);
        }
        Assert.Equal(4, model.Pools.Capacity);
        using var used = model.OpenStream();
        for (var n = 0; n < 5; n++)
        {
            var frame = Frame(bundle, random);
            var again = Encode(lane, used, frame.Share(), starts: n == 0);
            Assert.Equal(Encode(lane, fresh, frame, starts: n == 0), again);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 2)]
    [InlineData(5, 9)]
    public void Run_SkippedFrames_CountAsRepetitions(int skippedAtStart, int skippedLater)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.PerFrame, pools: true);
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
            var times = 1 + (n == 0 ? skippedAtStart : n == 3 ? skippedLater : 0);
            for (var time = 0; time < times; time++)
                expected = Encode(lane, whole, frame.Share(), starts: n == 0 && time == 0);
            frame.Release();
        }
        AssertClose(expected, actual);
    }

    [Fact]
    public void Run_AfterInterruption_EqualsStreamThatStartsFullOfFrame()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, pools: true);
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
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, pools: true);
        using var model = Open(bundle);
        using var lane = model.OpenLane(2);
        using var stream = model.OpenStream();
        using var second = model.OpenStream();
        var frame = Frame(bundle, new(6));
        StreamInput[] first = [new(stream, frame, true, 0), new(second, frame, true, 0)];
        StreamInput[] next = [new(stream, frame, false, 1), new(second, frame, false, 0)];
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
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, pools: true);
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

    [Fact]
    public void Take_DeviceIsFull_KeepsThePools()
    {
        StreamState[] states = [new("a", [4], 1), new("b", [4], 2)];
        using StreamPools pools = new(
            states, states.ToDictionary(s => s.Name, _ => Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float),
            new SmallMemory(bytes: 400));
        var (bytes, generation) = (pools.Bytes, pools.Generation);
        for (var n = 0; n < 4; n++)
            Assert.Equal(n, pools.Take());
        Assert.Throws<InvalidOperationException>(() => pools.Take());
        Assert.Equal((bytes, generation, 4), (pools.Bytes, pools.Generation, pools.Capacity));
        pools.Return(2);
        Assert.Equal(2, pools.Take());
    }

    [Theory]
    [InlineData(GraphPrecision.Fp16, TinyBundle.HalfPoolGraph)]
    [InlineData(GraphPrecision.Fp32, ModelBundle.StreamGraph)]
    public void Open_PrecisionAsked_ReplaysGoldenClipsOnItsGraph(GraphPrecision precision, string file)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.PerFrame, pools: true);
        using var model = OnnxActionModel.Open(bundle, new() { Device = "cpu", Precision = precision }, NullLogger.Instance);
        Assert.Equal(file, model.Graph.File);
        Assert.InRange(model.MeasureGolden(bundle).Worst, 0, precision == GraphPrecision.Fp16 ? 0.05 : 1e-4);
    }

    [Theory]
    [InlineData(GraphPrecision.Fp16)]
    [InlineData(GraphPrecision.Fp32)]
    public void Open_TwoDevices_SpreadsStreamsAndKeepsThemOnTheirDevice(GraphPrecision precision)
    {
        const int streams = 5;
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, pools: true);
        InferenceOptions options = new() { Device = "cpu,cpu", Precision = precision };
        using var model = OnnxActionModel.Open(bundle, options, NullLogger.Instance);
        using var alone = OnnxActionModel.Open(bundle, options with { Device = "cpu" }, NullLogger.Instance);
        Assert.Equal("cpu,cpu", model.Device);
        var (spread, single) = ((SpreadVideo)model.Video, (IStreamModel)alone.Video);
        using var lane = ((IStreamModel)spread).OpenLane(streams);
        using var other = ((IStreamModel)spread).OpenLane(streams);
        using var expectedLane = single.OpenLane(streams);
        var held = Enumerable.Range(0, streams).Select(_ => ((IStreamModel)spread).OpenStream()).ToArray();
        var expected = Enumerable.Range(0, streams).Select(_ => single.OpenStream()).ToArray();
        Assert.Equal([3, 2], spread.Streams);
        Random random = new(9);
        for (var step = 0; step < 6; step++)
        {
            int[] order = [.. Enumerable.Range(0, streams).OrderBy(_ => random.Next())];
            var frames = order.Select(_ => Frame(bundle, random)).ToArray();
            var actual = (step % 2 == 0 ? lane : other).Run([.. order.Select((s, i) => new StreamInput(held[s], frames[i], step == 0, 0))]);
            var wanted = expectedLane.Run([.. order.Select((s, i) => new StreamInput(expected[s], frames[i], step == 0, 0))]);
            for (var i = 0; i < streams; i++)
            {
                // Another batch size rounds another way.
                AssertClose(wanted.Embedding(i).ToArray(), actual.Embedding(i).Span, precision == GraphPrecision.Fp16 ? 2e-3f : 1e-5f);
                frames[i].Release();
            }
        }
        held[1].Dispose();
        held[1].Dispose();
        held[3].Dispose();
        Assert.Equal([3, 0], spread.Streams);
        using var next = (SpreadStream)((IStreamModel)spread).OpenStream();
        Assert.Equal(1, next.Device);
    }

    [Fact]
    public void Open_TwoDevices_SpreadsWindowLanes()
    {
        var bundle = TinyBundle.Write(_folder.Path);
        using var model = OnnxActionModel.Open(bundle, new() { Device = "cpu,cpu" }, NullLogger.Instance);
        using var first = ((IWindowModel)model.Video).OpenLane(1);
        using var second = ((IWindowModel)model.Video).OpenLane(1);
        var clips = GoldenClips.Read(bundle).Clips[..bundle.Manifest.Clip.ClipBytes];
        Assert.Equal(
            ((OnnxWindowLane)first).Run(clips).Embedding(0).ToArray(), ((OnnxWindowLane)second).Run(clips).Embedding(0).ToArray());
    }

    private static OnnxPoolModel Open(ModelBundle bundle, bool fixedSizes = false) => new(
        new(new InferenceSession(bundle.PathOf(TinyBundle.PoolGraph)), bundle.Manifest, new HostMemory(), fixedSizes));

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual, float tolerance = 1e-5f)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }

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

    // A device with few bytes.
    private sealed class SmallMemory(long bytes) : IDeviceMemory
    {
        private readonly HostMemory _host = new();
        private readonly Dictionary<nint, long> _sizes = [];

        public OrtMemoryInfo CreateInfo() => _host.CreateInfo();

        public nint Allocate(long size)
        {
            if (_sizes.Values.Sum() + size > bytes)
                throw new InvalidOperationException("full");
            var pointer = _host.Allocate(size);
            _sizes.Add(pointer, size);
            return pointer;
        }

        public void Free(nint pointer)
        {
            Assert.True(_sizes.Remove(pointer));
            _host.Free(pointer);
        }

        public nint AllocateStaging(long size) => _host.AllocateStaging(size);

        public void FreeStaging(nint pointer) => _host.FreeStaging(pointer);

        public void Upload(nint device, nint host, long size) => _host.Upload(device, host, size);

        public void Download(nint host, nint device, long size) => _host.Download(host, device, size);

        public void Copy(nint to, nint from, long size) => _host.Copy(to, from, size);
    }
}
