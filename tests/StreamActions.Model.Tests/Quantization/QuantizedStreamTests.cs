// An int8 stream graph is close to the fp32 one, and depends on nothing but its own stream.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Model.Quantization;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;

namespace StreamActions.Model.Tests.Quantization;

public sealed class QuantizedStreamTests
{
    private const double NaturalCosine = 0.995, ExtremeCosine = 0.99;

    // With "1", ONNX Runtime uses exact but slower products where the processor lacks VNNI.
    private const string ExactProducts = "session.x64quantprecision";

    public static TheoryData<string> Names => CausalNetwork.Names;

    [Theory, MemberData(nameof(Names))]
    public void Step_NaturalAndExtremeClips_IsCloseToFp32(string name)
    {
        var network = CausalNetwork.Of(name);
        using InferenceSession int8 = new(M2ClipGraphs.Quantized(network.Config, Plan(network)));
        using InferenceSession fp32 = new(M2ClipGraphs.Stream(network.Config, network.Weights));
        Assert.Contains(int8.InputNames, n => n == GraphTensors.Frames);
        Assert.Equal(fp32.InputNames.Order(StringComparer.Ordinal), int8.InputNames.Order(StringComparer.Ordinal));
        Assert.Equal(fp32.OutputNames.Order(StringComparer.Ordinal), int8.OutputNames.Order(StringComparer.Ordinal));
        double Worst(IEnumerable<byte[]> clips) => clips.Min(clip => Embeddings(fp32, network, clip)
            .Zip(Embeddings(int8, network, clip), Cosine).Min());
        Assert.InRange(Worst(network.Measured), NaturalCosine, 1.00001);
        Assert.InRange(Worst(network.Measured.Select(CalibrationClips.Dark)), ExtremeCosine, 1.00001);
        Assert.InRange(Worst(network.Measured.Select(CalibrationClips.Bright)), ExtremeCosine, 1.00001);
        var length = network.Measured[0].Length;
        Assert.InRange(Worst([new byte[length], [.. Enumerable.Repeat(byte.MaxValue, length)]]), ExtremeCosine, 1.00001);
    }

    [Theory]
    [InlineData("outliers")]
    [InlineData("per-frame")]
    public void Step_InterleavedStreams_ChangeNothing(string name)
    {
        var network = CausalNetwork.Of(name);
        using InferenceSession session = new(M2ClipGraphs.Quantized(network.Config, Plan(network)));
        var states = M2ClipGraphs.States(network.Config);
        var alone = network.Measured.Select(clip => Embeddings(session, network, clip).ToList()).ToList();
        var streams = network.Measured.Select(_ => new GraphStream(session, states)).ToList();
        var frames = network.Measured.Select(clip => clip.Chunk(network.Config.ImageSize * network.Config.ImageSize * 3).ToList()).ToList();
        var places = new int[streams.Count];
        Random random = new(1);
        for (var left = frames.Sum(f => f.Count); left > 0;)
        {
            var s = random.Next(streams.Count);
            if (places[s] == frames[s].Count)
                continue;
            Assert.Equal(alone[s][places[s]], streams[s].Step(frames[s][places[s]])[GraphTensors.Embedding]);
            (places[s], left) = (places[s] + 1, left - 1);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Step_ReuseGraphWithAllRows_EqualsStreamGraph(string name)
    {
        var network = CausalNetwork.Of(name);
        var (plan, states) = (Plan(network), M2ClipGraphs.States(network.Config));
        using InferenceSession stream = new(M2ClipGraphs.Quantized(network.Config, plan));
        using InferenceSession reuse = new(M2ClipGraphs.QuantizedReuse(network.Config, plan));
        GraphStream plain = new(stream, states), whole = new(reuse, states, M2ClipGraphs.Caches(network.Config));
        foreach (var frame in network.Measured.SelectMany(clip => clip.Chunk(network.Config.ImageSize * network.Config.ImageSize * 3)))
        {
            var (expected, actual) = (plain.Step(frame)[GraphTensors.Embedding], whole.Step(frame)[GraphTensors.Embedding]);
            Assert.Equal(expected.Length, actual.Length);
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 1e-4f);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Step_ReuseGraphWithSomeRows_IsCloseToFp32(string name)
    {
        var network = CausalNetwork.Of(name);
        var (states, caches) = (M2ClipGraphs.States(network.Config), M2ClipGraphs.Caches(network.Config));
        using InferenceSession fp32 = new(M2ClipGraphs.Reuse(network.Config, network.Weights));
        using InferenceSession int8 = new(M2ClipGraphs.QuantizedReuse(network.Config, Plan(network)));
        foreach (var clip in network.Measured)
        {
            GraphStream exact = new(fp32, states, caches), other = new(int8, states, caches);
            Random random = new(5);
            foreach (var (t, frame) in clip.Chunk(network.Config.ImageSize * network.Config.ImageSize * 3).Index())
            {
                long[] rows = [.. Enumerable.Range(0, network.Config.Tokens).Where(r => r == 0 || t == 0 || random.Next(3) == 0)];
                var cosine = Cosine(exact.Step(frame, rows)[GraphTensors.Embedding], other.Step(frame, rows)[GraphTensors.Embedding]);
                Assert.InRange(cosine, NaturalCosine, 1.00001);
            }
        }
    }

    [Fact]
    public void Step_BrightNoise_IsExactWithoutVnni()
    {
        // Great bytes and great weights of one sign exceed 16 bits, unless the weights allow for it.
        var network = CausalNetwork.Of("outliers");
        var graph = M2ClipGraphs.Quantized(network.Config, Plan(network));
        using SessionOptions options = new();
        options.AddSessionConfigEntry(ExactProducts, "1");
        using InferenceSession usual = new(graph), exact = new(graph, options);
        var noise = new byte[network.Measured[0].Length];
        new Random(3).NextBytes(noise);
        byte[][] clips = [[.. noise.Select(value => (byte)(value | 0xC0))], [.. Enumerable.Repeat(byte.MaxValue, noise.Length)]];
        foreach (var clip in clips)
            Assert.Equal(Embeddings(exact, network, clip), Embeddings(usual, network, clip));
    }

    [Theory]
    [InlineData("attn.in_proj_weight")]
    [InlineData("attn.out_proj.weight")]
    [InlineData("mlp.c_fc.weight")]
    [InlineData("mlp.c_proj.weight")]
    [InlineData("adapter_pre_mlp.fc1.weight")]
    [InlineData("adapter_pre_mlp.fc2.weight")]
    [InlineData("adapter_pre_mlp.offset_adapter.fc1.weight")]
    [InlineData("adapter_pre_mlp.offset_adapter.conv.weight")]
    [InlineData("adapter_pre_mlp.offset_adapter.fc2.weight")]
    [InlineData("visual.conv1.weight")]
    public void Step_LayerInFp32_IsNoFurtherFromFp32(string layer)
    {
        var network = CausalNetwork.Of("outliers");
        var plan = Plan(network);
        var withFloat = plan with { FloatLayers = plan.Layers.Where(l => l.EndsWith(layer, StringComparison.Ordinal)).ToHashSet() };
        Assert.NotEmpty(withFloat.FloatLayers);
        using InferenceSession fp32 = new(M2ClipGraphs.Stream(network.Config, network.Weights));
        using InferenceSession int8 = new(M2ClipGraphs.Quantized(network.Config, plan));
        using InferenceSession mixed = new(M2ClipGraphs.Quantized(network.Config, withFloat));
        double Loss(InferenceSession session) => 1 - network.Measured.Average(clip => Embeddings(fp32, network, clip)
            .Zip(Embeddings(session, network, clip), Cosine).Average());
        Assert.InRange(Loss(mixed), 0, Loss(int8) * 1.25);
    }

    private static QuantizationPlan Plan(CausalNetwork network)
    {
        var ranges = Calibration.Measure(network.Config, network.Weights, CalibrationClips.Of(network.Calibration));
        return new(SmoothQuant.Fold(network.Config, network.Weights, ranges.ByWeight));
    }

    private static IEnumerable<float[]> Embeddings(InferenceSession session, CausalNetwork network, byte[] clip) =>
        new GraphStream(session, M2ClipGraphs.States(network.Config)).Play(clip).Select(outputs => outputs[GraphTensors.Embedding]);

    private static double Cosine(float[] a, float[] b)
    {
        double dot = 0, ownA = 0, ownB = 0;
        for (var i = 0; i < a.Length; i++)
            (dot, ownA, ownB) = (dot + (double)a[i] * b[i], ownA + (double)a[i] * a[i], ownB + (double)b[i] * b[i]);
        return dot / Math.Sqrt(ownA * ownB);
    }
}
