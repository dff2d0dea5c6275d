// Products in bfloat16 match those in float within rounding, and are computed in bfloat16.
using StreamActions.Model;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Network;

public sealed class MixedPrecisionTests
{
    /// <summary>bfloat16 has eight bits of precision: the relative rounding error is at most 2⁻⁸.</summary>
    private const double Rounding = 1.0 / 256;

    private static readonly TorchOps Exact = new(), Mixed = new() { MixedPrecision = true };

    // Both factors and the result are rounded; the sums are in float.
    private static readonly double ThreeRoundings = Math.Pow(1 + Rounding, 3) - 1;

    [Fact]
    public void MatMul_Mixed_ReturnsFloatWithinThreeRoundings()
    {
        using var scope = NewDisposeScope();
        var (x, matrix, _) = Factors();
        var (exact, mixed) = (Exact.MatMul(x, matrix), Mixed.MatMul(x, matrix));
        Assert.Equal(ScalarType.Float32, mixed.dtype);
        AssertRounded(exact, mixed, matmul(x.abs(), matrix.abs()));
    }

    [Fact]
    public void Linear_Mixed_IsWithinThreeRoundings()
    {
        using var scope = NewDisposeScope();
        var (x, matrix, bias) = Factors();
        var (exact, mixed) = (Exact.Linear(x, matrix.t(), bias), Mixed.Linear(x, matrix.t(), bias));
        Assert.Equal((ScalarType.Float32, ScalarType.BFloat16), (exact.dtype, mixed.dtype));
        AssertRounded(exact, mixed, matmul(x.abs(), matrix.abs()) + bias.abs());
    }

    [Fact]
    public void MatMul_Bfloat16Values_AreExact()
    {
        // bfloat16 represents 1 + 2⁻⁷ exactly and rounds 1 + 2⁻⁹ to 1.
        using var scope = NewDisposeScope();
        var one = tensor(new[] { 1f }).reshape(1, 1);
        Assert.Equal(1.0078125f, Mixed.MatMul(tensor(new[] { 1.0078125f }).reshape(1, 1), one).item<float>());
        Assert.Equal(1f, Mixed.MatMul(tensor(new[] { 1.001953125f }).reshape(1, 1), one).item<float>());
        Assert.Equal(1.001953125f, Exact.MatMul(tensor(new[] { 1.001953125f }).reshape(1, 1), one).item<float>());
    }

    [Fact]
    public void LayerNorm_Mixed_StaysInFloat()
    {
        using var scope = NewDisposeScope();
        var (x, _, _) = Factors();
        var norm = Mixed.LayerNorm(x.to(ScalarType.BFloat16), ones(x.shape[1]), zeros(x.shape[1]), 1e-5);
        Assert.Equal(ScalarType.Float32, norm.dtype);
        // Normalised in float: the mean of a row is closer to 0 than eight bits allow.
        Assert.Equal(0, norm.mean([1L]).abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void Forward_MixedNetwork_IsCloseToExactWithFloatGradients()
    {
        using var scope = NewDisposeScope();
        var config = SmallRuns.Plain with { Frames = 2, VisionAdapterLayers = 2, VisionAdapterWidth = 16, VocabSize = 20 };
        using var exactParameters = TorchParameters.Start(3);
        using var mixedParameters = TorchParameters.Start(3);
        var exact = new M2ClipNetwork<Tensor>(Exact, exactParameters, config);
        var mixed = new M2ClipNetwork<Tensor>(Mixed, mixedParameters, config);
        var pixels = randint(0, 256, [3, 2, 16, 16, 3], dtype: ScalarType.Byte, generator: new Generator(5, CPU));
        var (video, near) = (Video(exact, pixels), Video(mixed, pixels));
        // Both have unit length, so the dot product is the cosine.
        Assert.True((video * near).sum(1).min().item<float>() > 0.999);
        Assert.True((video - near).abs().max().item<float>() > 1e-5, "the mixed and the exact network give the same output");
        near.sum().backward();
        var gradient = mixedParameters.Tensors["visual.transformer.resblocks.0.mlp.c_fc.weight"].grad!;
        Assert.Equal(ScalarType.Float32, gradient.dtype);
        Assert.True(gradient.abs().max().item<float>() > 0);
    }

    private static Tensor Video(M2ClipNetwork<Tensor> network, Tensor pixels) =>
        Exact.L2Normalize(network.Vision.Forward(network.Vision.Normalize(pixels)).VideoEmbedding);

    private static (Tensor X, Tensor Matrix, Tensor Bias) Factors()
    {
        var random = new Generator(11, CPU);
        return (randn([6, 24], generator: random), randn([24, 10], generator: random), randn([10], generator: random));
    }

    private static void AssertRounded(Tensor exact, Tensor mixed, Tensor magnitudes)
    {
        var error = (exact - mixed.to(ScalarType.Float32)).abs();
        var relative = (error / magnitudes).max().item<float>();
        Assert.True(relative <= ThreeRoundings, $"relative error {relative}");
        Assert.True(error.max().item<float>() > 0, "the products were computed in float");
    }
}
