// Folding changes weights and ranges, and no output.
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Model.Quantization;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;
using StreamActions.TestKit;

namespace StreamActions.Model.Tests.Quantization;

public sealed class SmoothQuantTests
{
    // Ranges need not fit the network: every factor must leave the outputs as they are.
    private static readonly Gen<(int Seed, double Strength, double Spread, bool BeforeAttention)> Cases =
        Gen.Select(Gen.Int[0, 1000], Gen.Double[0, 1], Gen.Double[0, 2], Gen.Bool);

    [Fact]
    public void Fold_AnyRanges_KeepsTheOutputs() => Cases.Sample(
        c =>
        {
            var config = TinyNetwork.Config with { Temporal = TemporalMode.Causal, VisionAdapterPreAttn = c.BeforeAttention };
            var weights = RandomWeights.Of(config, c.Seed);
            Random random = new(c.Seed);
            var frames = TinyNetwork.Frames(config, 2, c.Seed);
            var ranges = Calibration.Measure(config, weights, [frames]).ByWeight
                .ToDictionary(r => r.Key, r => r.Value.DividedBy(Factors(r.Value.Least.Length, c.Spread, random)), StringComparer.Ordinal);
            var folded = SmoothQuant.Fold(config, weights, ranges, c.Strength);
            QuantizationPlan plan = new(folded);
            plan = plan with { FloatLayers = plan.Layers.ToHashSet() };
            var expected = Play(M2ClipGraphs.Stream(config, weights), config, frames);
            var actual = Play(M2ClipGraphs.Quantized(config, plan), config, frames);
            AssertClose(expected[GraphTensors.Embedding], actual[GraphTensors.Embedding], 1e-5f);
            AssertClose(expected[GraphTensors.ClassLogits], actual[GraphTensors.ClassLogits], 1e-4f);
        },
        iter: 30);

    [Fact]
    public void Fold_MeasuredRanges_AreThoseOfTheFoldedNetwork()
    {
        var network = CausalNetwork.Of("outliers");
        var ranges = Calibration.Measure(network.Config, network.Weights, network.Calibration).ByWeight;
        var folded = SmoothQuant.Fold(network.Config, network.Weights, ranges);
        var measured = Calibration.Measure(network.Config, folded.Weights, network.Calibration).ByWeight;
        // A layer with factors on its input needs them in the graph, so this network is another one. The others are before its layers.
        var checkedLayers = folded.Ranges
            .Where(r => r.Key.StartsWith("visual.transformer.resblocks.0.attn", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, checkedLayers.Count);
        foreach (var (weight, range) in checkedLayers)
        {
            AssertClose(range.Least, measured[weight].Least, 1e-3f);
            AssertClose(range.Greatest, measured[weight].Greatest, 1e-3f);
        }
    }

    [Fact]
    public void Fold_OutlierChannel_ComesCloserToTheOthers()
    {
        var network = CausalNetwork.Of("outliers");
        var ranges = Calibration.Measure(network.Config, network.Weights, network.Calibration).ByWeight;
        var folded = SmoothQuant.Fold(network.Config, network.Weights, ranges).Ranges;
        foreach (var layer in new[] { "attn.in_proj_weight", "mlp.c_fc.weight", "adapter_pre_mlp.fc1.weight" })
        {
            var name = "visual.transformer.resblocks.1." + layer;
            Assert.True(Outlier(folded[name]) < Outlier(ranges[name]) / 2, $"{layer}: {Outlier(ranges[name])} → {Outlier(folded[name])}");
        }
    }

    [Fact]
    public void Fold_LayersWithOneInput_ShareItsFactors()
    {
        var network = CausalNetwork.Of("both placements");
        var ranges = Calibration.Measure(network.Config, network.Weights, network.Calibration).ByWeight;
        var factors = SmoothQuant.Fold(network.Config, network.Weights, ranges).InputFactors;
        const string adapter = "visual.transformer.resblocks.0.adapter_pre_mlp.";
        Assert.Same(factors[adapter + "fc1.weight"], factors[adapter + "offset_adapter.fc1.weight"]);
    }

    // The greatest channel over the median channel.
    private static float Outlier(ChannelRange range)
    {
        float[] sorted = [.. range.Magnitudes().Order()];
        return sorted[^1] / sorted[sorted.Length / 2];
    }

    private static float[] Factors(int count, double spread, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)Math.Pow(10, spread * (2 * random.NextDouble() - 1)))];

    private static IReadOnlyDictionary<string, float[]> Play(byte[] graph, M2ClipConfig config, byte[] frames)
    {
        using InferenceSession session = new(graph);
        return new GraphStream(session, M2ClipGraphs.States(config)).Play(frames).Last();
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
