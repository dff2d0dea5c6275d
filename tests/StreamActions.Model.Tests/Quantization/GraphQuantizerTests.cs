// A quantised network with its measured figures, for streams and for windows.
using StreamActions.Core.Bundles;
using StreamActions.Onnx.Quantization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace StreamActions.Model.Tests.Quantization;

public sealed class GraphQuantizerTests
{
    [Theory]
    [InlineData("demo", TemporalMode.Causal)]
    [InlineData("demo", TemporalMode.Bidirectional)]
    public void Quantize_DemoOnGeneratedClips_IsWithinTheBounds(string name, TemporalMode temporal)
    {
        var network = CausalNetwork.Of(name);
        network = network with { Config = network.Config with { Temporal = temporal } };
        GeneratedClipSource source = new(GeneratedClipSource.DemoClip);
        byte[][] evaluation = [.. source.Evaluation(1)[0].Clips.Select(c => c.Views[0])];
        var int8 = Quantize(network, [.. Enumerable.Range(0, 8).Select(i => source.Training(1_000_000 + 2 * i).Pixels)], evaluation);
        Assert.InRange(int8.FloatLayers.Count, 0, 3);
        Assert.Equal((evaluation.Length, 8 * 3 + 2), (int8.Quality.Clips, int8.Quality.CalibrationClips));
        Assert.InRange(int8.Quality.Decisions!.Value, 0.94, 1);   // one clip may be at the border
        Assert.InRange(int8.Deviation, 1e-6, 1);
        Assert.InRange(QualityBounds.Default.LossOf(int8.Quality), 0, 1);
    }

    [Fact]
    public void Quantize_BoundsOutOfReach_KeepsAllLayersInInt8()
    {
        var network = CausalNetwork.Of("outliers");
        var int8 = Quantize(network, network.Calibration, network.Measured, new(0.9999999, 0.9999999, 0.9999999, 1, 1));
        Assert.Empty(int8.FloatLayers);
        Assert.InRange(int8.Quality.Cosine, 0.9, 0.9999998);
    }

    [Theory]
    [InlineData(0.995, 0.97, 0.99, 0.9, 0.99, 1)]
    [InlineData(0.99, 0.97, 0.99, 0.9, 0.99, 2)]
    [InlineData(0.995, 0.94, 0.99, 0.9, 0.99, 2)]
    [InlineData(0.995, 0.97, 0.97, 0.9, 0.99, 3)]
    [InlineData(0.995, 0.97, 0.99, 0.7, 0.99, 3)]
    [InlineData(0.995, 0.97, 0.99, 0.9, 0.97, 3)]
    [InlineData(double.NaN, 0.97, 0.99, 0.9, 0.99, double.PositiveInfinity)]
    [InlineData(0.995, double.NaN, 0.99, 0.9, 0.99, double.PositiveInfinity)]
    [InlineData(0.995, 0.97, double.NaN, 0.9, 0.99, double.PositiveInfinity)]
    public void LossOf_Quality_IsItsWorstPart(
        double plain, double cosine, double extreme, double top1, double decisions, double expected) =>
        Assert.Equal(
            expected,
            QualityBounds.Default.LossOf(new(1000, cosine, extreme, top1) { PlainCosine = plain, Decisions = decisions }),
            6);

    [Fact]
    public void LossOf_OneOfFewClipsDiffers_IsPermitted()
    {
        GraphQuality Of(int differ) => new(20, 1, 1, 1) { PlainCosine = 1, Decisions = 1 - differ / 20.0 };
        Assert.Equal(1, QualityBounds.Default.LossOf(Of(1)), 6);
        Assert.Equal(2, QualityBounds.Default.LossOf(Of(2)), 6);
    }

    private static QuantizedGraph Quantize(
        CausalNetwork network, IReadOnlyList<byte[]> calibration, IReadOnlyList<byte[]> evaluation, QualityBounds? bounds = null)
    {
        // Clips' own embeddings serve as texts.
        var golden = Golden(network, evaluation);
        TextClasses classes = new(golden.VideoEmbeddings, Scale: 16);
        return GraphQuantizer.Quantize(
            network.Config, network.Weights, new(calibration, evaluation, classes), golden, bounds ?? QualityBounds.Default);
    }

    private static GoldenClips Golden(CausalNetwork network, IReadOnlyList<byte[]> clips)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = network.Config;
        using var parameters = TorchParameters.Load(config, network.Weights, "golden");
        M2ClipNetwork<Tensor> torch = new(new TorchOps(), parameters, config);
        List<float[]> embeddings = [], logits = [];
        foreach (var clip in clips)
        {
            var output = torch.Vision.Forward(torch.Vision.Normalize(
                tensor(clip).reshape(1, config.Frames, config.ImageSize, config.ImageSize, 3)));
            embeddings.Add(TorchParameters.ToData(new TorchOps().L2Normalize(output.VideoEmbedding)).Values);
            logits.Add(output.ClassLogits is null ? [] : TorchParameters.ToData(output.ClassLogits).Values);
        }
        return new([], [], embeddings, logits) { Clips = [.. clips.SelectMany(c => c)] };
    }
}
