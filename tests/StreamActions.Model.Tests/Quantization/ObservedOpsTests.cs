// The observed layers are those of the vision blocks, and both backends see the same ranges.
using StreamActions.Model.Quantization;
using StreamActions.Onnx.Quantization;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace StreamActions.Model.Tests.Quantization;

public sealed class ObservedOpsTests
{
    [Theory]
    [InlineData("outliers")]
    [InlineData("both placements")]
    public void Step_InBothBackends_ReportsTheSameRanges(string name)
    {
        var network = CausalNetwork.Of(name);
        var actual = Calibration.Measure(network.Config, network.Weights, network.Calibration).ByWeight;
        var expected = InTorch(network).ByWeight.Where(r => r.Key.StartsWith("visual.transformer.", StringComparison.Ordinal)).ToList();
        Assert.Equal(expected.Select(r => r.Key).Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (weight, range) in expected)
        {
            AssertClose(range.Least, actual[weight].Least);
            AssertClose(range.Greatest, actual[weight].Greatest);
        }
    }

    [Fact]
    public void Measure_CausalNetwork_CoversEveryMatrixOfTheBlocks()
    {
        var network = CausalNetwork.Of("both placements");
        var matrices = M2ClipParameters.List(network.Config).Select(p => p.Name).Where(n =>
            n.StartsWith("visual.transformer.", StringComparison.Ordinal)
            && n.EndsWith("weight", StringComparison.Ordinal)
            && !n.Contains("ln_", StringComparison.Ordinal)
            // The three taps over time stay in fp32.
            && !(n.EndsWith("conv.weight", StringComparison.Ordinal) && !n.Contains("offset", StringComparison.Ordinal))
            // Only the class token leaves the last block, and it has no difference.
            && !n.StartsWith("visual.transformer.resblocks.1.adapter_pre_mlp.offset_adapter.", StringComparison.Ordinal));
        Assert.Equal(
            matrices.Order(StringComparer.Ordinal),
            Calibration.Measure(network.Config, network.Weights, network.Calibration).ByWeight.Keys.Order(StringComparer.Ordinal));
    }

    private static ChannelRanges InTorch(CausalNetwork network)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var parameters = TorchParameters.Load(network.Config, network.Weights, "causal");
        NamedParameters<Tensor> named = new(parameters);
        ChannelRanges ranges = new();
        ObservedOps<Tensor> ops = new(new TorchOps(), named, (weight, x) =>
        {
            var rows = x.reshape(-1, x.shape[^1]);
            ranges.Observe(weight, new(TorchParameters.ToData(rows.amin([0])).Values, TorchParameters.ToData(rows.amax([0])).Values));
        });
        M2ClipNetwork<Tensor> observed = new(ops, named, network.Config);
        var size = network.Config.ImageSize;
        foreach (var clip in network.Calibration)
        {
            TorchStreamStates states = new(1, CPU);
            foreach (var frame in clip.Chunk(size * size * 3))
            {
                observed.Vision.Step(observed.Vision.Normalize(tensor(frame).reshape(1, size, size, 3)), states);
                states.Advance();
            }
        }
        return ranges;
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var c = 0; c < expected.Length; c++)
            Assert.Equal(expected[c], actual[c], 1e-3f);
    }
}
