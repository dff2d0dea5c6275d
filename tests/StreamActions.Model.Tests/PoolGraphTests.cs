// The pool graph equals the stream graph, whatever streams share a run; and it writes its pools in place.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Model.Tests.Quantization;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;

namespace StreamActions.Model.Tests;

public sealed class PoolGraphTests
{
    public static TheoryData<string> Networks => CausalNetwork.Names;

    [Theory, MemberData(nameof(Networks))]
    public void Step_InterleavedStreamsInBatches_EqualStreamGraph(string name)
    {
        const int streams = 6;
        var network = CausalNetwork.Of(name);
        var states = M2ClipGraphs.States(network.Config);
        using InferenceSession pooled = new(M2ClipGraphs.Pool(network.Config, network.Weights));
        using InferenceSession single = new(M2ClipGraphs.Stream(network.Config, network.Weights));
        using GraphPool pool = new(pooled, states, streams);
        var expected = Enumerable.Range(0, streams).Select(_ => new GraphStream(single, states)).ToArray();
        var started = new bool[streams];
        Random random = new(7);
        for (var run = 0; run < 24; run++)
        {
            var restarted = random.Next(streams);
            if (run % 7 == 6)
                (expected[restarted], started[restarted]) = (new(single, states), false);
            int[] chosen = [.. Enumerable.Range(0, streams).OrderBy(_ => random.Next()).Take(1 + random.Next(streams))];
            PoolFrame[] frames = [.. chosen.Select(s => new PoolFrame(s, Frame(network.Config, random), !started[s]))];
            var outputs = pool.Step(frames);
            for (var i = 0; i < chosen.Length; i++)
            {
                started[chosen[i]] = true;
                AssertClose(expected[chosen[i]].Step(frames[i].Pixels), outputs[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Step_RestartedStream_EqualsFreshStreamToTheLastBit()
    {
        var network = CausalNetwork.Of("both placements");
        using InferenceSession session = new(M2ClipGraphs.Pool(network.Config, network.Weights));
        using GraphPool pool = new(session, M2ClipGraphs.States(network.Config), streams: 2);
        Random random = new(3);
        for (var n = 0; n < 5; n++)
            pool.Step([new(0, Frame(network.Config, random), Starts: n == 0)]);
        for (var n = 0; n < 6; n++)
        {
            var frame = Frame(network.Config, random);
            var again = pool.Step([new(0, frame, Starts: n == 0)])[0];
            var fresh = pool.Step([new(1, frame, Starts: n == 0)])[0];
            Assert.Equal(fresh[GraphTensors.Embedding], again[GraphTensors.Embedding]);
            Assert.Equal(fresh[GraphTensors.ClassLogits], again[GraphTensors.ClassLogits]);
        }
    }

    [Fact]
    public void Step_SkippedFrames_CountAsRepetitions()
    {
        var network = CausalNetwork.Of("per-frame");
        using InferenceSession session = new(M2ClipGraphs.Pool(network.Config, network.Weights));
        using GraphPool pool = new(session, M2ClipGraphs.States(network.Config), streams: 2);
        Random random = new(4);
        var previous = Frame(network.Config, random);
        for (var n = 0; n < 12; n++)
        {
            var frame = Frame(network.Config, random);
            var skipped = n == 0 ? 2 : n % 3;
            var actual = pool.Step([new(0, frame, n == 0, skipped)])[0];
            // At the start, skipped frames equal the first one. Later they equal the one before.
            for (var time = 0; time < skipped; time++)
                pool.Step([new(1, n == 0 ? frame : previous, n == 0 && time == 0)]);
            var expected = pool.Step([new(1, frame, Starts: false)])[0];
            AssertClose(expected, actual, 1e-5);
            previous = frame;
        }
    }

    [Fact]
    public void Run_PoolAsInputAndOutput_ChangesOnlyTheWrittenRows()
    {
        var network = CausalNetwork.Of("both placements");
        var states = M2ClipGraphs.States(network.Config);
        using InferenceSession session = new(M2ClipGraphs.Pool(network.Config, network.Weights));
        PoolLayout layout = new(states);
        const int streams = 3;
        Random random = new(5);
        var rows = new long[layout.Columns];
        new StreamRows(layout, slot: 1).Next(rows, starts: true, skipped: 0);
        var buffers = states.ToDictionary(s => s.Name, s =>
        {
            var values = new float[layout.GroupOf(s).Rows(streams) * s.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = i < s.Length ? 0 : random.NextSingle();
            return values;
        });
        var before = buffers.ToDictionary(b => b.Key, b => b.Value.ToArray());
        var pools = states.ToDictionary(s => s.Name, s => OrtValue.CreateTensorValueFromMemory(
            buffers[s.Name], [layout.GroupOf(s).Rows(streams), .. s.Shape]));
        using (var binding = session.CreateIoBinding())
        {
            var size = network.Config.ImageSize;
            using var frames = OrtValue.CreateTensorValueFromMemory(Frame(network.Config, random), [1, size, size, 3]);
            using var places = OrtValue.CreateTensorValueFromMemory(rows, [1, rows.Length]);
            using RunOptions run = new();
            binding.BindInput(GraphTensors.Frames, frames);
            binding.BindInput(GraphTensors.Rows, places);
            binding.BindOutputToDevice(GraphTensors.Embedding, OrtMemoryInfo.DefaultInstance);
            binding.BindOutputToDevice(GraphTensors.ClassLogits, OrtMemoryInfo.DefaultInstance);
            foreach (var (state, pool) in pools)
            {
                binding.BindInput(GraphTensors.Pool(state), pool);
                binding.BindOutput(state, pool);
            }
            session.RunWithBinding(run, binding);
        }
        foreach (var state in states)
        {
            var written = rows[layout.GroupOf(state).WriteColumn];
            var (old, now) = (before[state.Name].Chunk((int)state.Length), buffers[state.Name].Chunk((int)state.Length));
            var changed = old.Zip(now).Index().Where(row => !row.Item.First.SequenceEqual(row.Item.Second)).Select(row => (long)row.Index);
            Assert.Equal([written], changed);
        }
        foreach (var pool in pools.Values)
            pool.Dispose();
    }

    [Theory, MemberData(nameof(Networks))]
    public void Half_EvaluationClips_AreNearFp32(string name)
    {
        var network = CausalNetwork.Of(name);
        TextClasses classes = new([.. RandomUnitVectors(network.Config.EmbedDim, 4)], 100);
        QuantizationClips clips = new([], network.Measured, classes);
        var half = HalfPrecision.Make(network.Config, network.Weights, clips, Golden(network));
        Assert.Equal(GraphForm.Pool, half.Form);
        Assert.InRange(half.Quality.PlainCosine!.Value, 0.9999, 1.00001);
        Assert.InRange(half.Quality.Cosine, 0.999, 1.00001);
        Assert.InRange(half.Quality.ExtremeCosine, 0.9999, 1.00001);
        Assert.InRange(half.Golden.Measured, 0, half.Golden.Bound);
        Assert.InRange(half.Bytes.Length, 0, 0.6 * M2ClipGraphs.Pool(network.Config, network.Weights).Length);
    }

    [Fact]
    public void Half_BidirectionalNetwork_IsAWindowGraphNearFp32()
    {
        var config = CausalNetwork.Of("outliers").Config with { Temporal = TemporalMode.Bidirectional };
        var network = CausalNetwork.Random(config);
        QuantizationClips clips = new([], [.. network.Measured.Select(c => c[..(config.Frames * config.ImageSize * config.ImageSize * 3)])],
            new([.. RandomUnitVectors(config.EmbedDim, 4)], 100));
        var half = HalfPrecision.Make(config, network.Weights, clips, Golden(network));
        Assert.Equal(GraphForm.Window, half.Form);
        Assert.InRange(half.Quality.PlainCosine!.Value, 0.9999, 1.00001);
        using InferenceSession session = new(half.Bytes);
        Assert.Equal(typeof(float), session.OutputMetadata[GraphTensors.Embedding].ElementType);
    }

    [Fact]
    public void Half_WeightIsTooLarge_HasNoFiniteDeviation()
    {
        var network = CausalNetwork.Of("no classes");
        var golden = Golden(network);
        // The last normalisation undoes the factor in fp32.
        var weights = network.Weights.ToDictionary(w => w.Key, w => w.Key != "visual.proj"
            ? w.Value
            : w.Value with { Values = [.. w.Value.Values.Select(v => v * 1e7f)] }, StringComparer.Ordinal);
        QuantizationClips clips = new([], network.Measured, new([.. RandomUnitVectors(network.Config.EmbedDim, 4)], 100));
        Assert.True(double.IsInfinity(HalfPrecision.Make(network.Config, weights, clips, golden).Golden.Measured));
    }

    // Golden clips with the outputs of the graph in fp32.
    private static GoldenClips Golden(CausalNetwork network)
    {
        var config = network.Config;
        using ClipRunner exact = new(M2ClipGraphs.WindowOrStream(config, network.Weights), config);
        byte[][] clips = [.. network.Measured.Select(c => c[..(config.Frames * config.ImageSize * config.ImageSize * 3)])];
        var outputs = clips.Select(exact.Last).ToList();
        return new(["a"], [[1]], [.. outputs.Select(o => o[GraphTensors.Embedding])],
            [.. outputs.Select(o => o.GetValueOrDefault(GraphTensors.ClassLogits, []))])
        { Clips = [.. clips.SelectMany(c => c)] };
    }

    private static IEnumerable<float[]> RandomUnitVectors(int width, int count)
    {
        Random random = new(11);
        for (var n = 0; n < count; n++)
        {
            float[] vector = [.. Enumerable.Range(0, width).Select(_ => random.NextSingle() - 0.5f)];
            var length = MathF.Sqrt(vector.Sum(x => x * x));
            yield return [.. vector.Select(x => x / length)];
        }
    }

    private static byte[] Frame(M2ClipConfig config, Random random)
    {
        var frame = new byte[config.ImageSize * config.ImageSize * 3];
        random.NextBytes(frame);
        return frame;
    }

    private static void AssertClose(
        IReadOnlyDictionary<string, float[]> expected, IReadOnlyDictionary<string, float[]> actual, double tolerance)
    {
        foreach (var (name, values) in actual)
        {
            Assert.Equal(expected[name].Length, values.Length);
            for (var i = 0; i < values.Length; i++)
                Assert.Equal(expected[name][i], values[i], tolerance * Math.Max(1, Math.Abs(expected[name][i])));
        }
    }
}
