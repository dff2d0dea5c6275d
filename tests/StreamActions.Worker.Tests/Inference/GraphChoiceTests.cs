// Which video graph of a bundle a device gets.
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class GraphChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, null, GraphPrecision.Int8)]
    [InlineData(true, null, GraphPrecision.Fp16)]
    [InlineData(false, GraphPrecision.Fp32, GraphPrecision.Fp32)]
    [InlineData(true, GraphPrecision.Int8, GraphPrecision.Int8)]
    public void Choose_BundleWithAllPrecisions_TakesFastestOrAskedOne(bool gpu, GraphPrecision? asked, GraphPrecision expected) =>
        Assert.Equal(
            expected, GraphChoice.Choose(With(GraphPrecision.Fp32, GraphPrecision.Fp16, GraphPrecision.Int8), gpu, asked).Precision);

    [Theory]
    [InlineData(GraphPrecision.Fp32, false)]
    [InlineData(GraphPrecision.Fp32, true)]
    [InlineData(GraphPrecision.Fp16, false)]
    [InlineData(GraphPrecision.Int8, true)]
    public void Choose_BundleWithOnePrecision_TakesIt(GraphPrecision only, bool gpu) =>
        Assert.Equal(only, GraphChoice.Choose(With(only), gpu, null).Precision);

    [Fact]
    public void Choose_PrecisionIsMissing_NamesTheOthers()
    {
        var error = Assert.Throws<BundleException>(
            () => GraphChoice.Choose(With(GraphPrecision.Fp32, GraphPrecision.Int8), false, GraphPrecision.Fp16));
        Assert.Contains("inference.precision: model '", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "has no graph in fp16; it has fp32, int8; use one of these or auto, or export the model again with --precision fp16",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, null, ModelBundle.StreamGraph)]
    [InlineData(false, GraphPrecision.Fp16, TinyBundle.HalfPoolGraph)]
    [InlineData(true, null, TinyBundle.HalfPoolGraph)]
    [InlineData(true, GraphPrecision.Fp32, TinyBundle.PoolGraph)]
    public void Choose_BundleWithPools_TakesThemForGpu(bool gpu, GraphPrecision? asked, string expected)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, pools: true);
        Assert.Equal(expected, GraphChoice.Choose(bundle, gpu, asked).File);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(GraphPrecision.Fp32)]
    public void ChooseReuse_BundleWithReuseGraph_TakesIt(GraphPrecision? asked)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, reuse: true);
        Assert.Equal(
            new BundleGraph(ModelBundle.ReuseGraph, GraphForm.Reuse, GraphPrecision.Fp32),
            GraphChoice.ChooseReuse(bundle, false, asked));
    }

    [Theory]
    [InlineData(TemporalMode.Causal, false, null, "has no graph for it; set inference.reuse to off, or export the model with --reuse")]
    [InlineData(TemporalMode.Causal, true, null, "works on a CPU only; set inference.reuse to off, or inference.device to cpu")]
    [InlineData(TemporalMode.Bidirectional, false, null, "set inference.reuse to off, or use a causal or per-frame model")]
    public void ChooseReuse_NoSuchGraph_NamesKeyAndRemedy(TemporalMode temporal, bool gpu, GraphPrecision? asked, string expected)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: temporal);
        var error = Assert.Throws<BundleException>(() => GraphChoice.ChooseReuse(bundle, gpu, asked));
        Assert.StartsWith("inference.reuse: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChooseReuse_PrecisionIsMissing_NamesTheOthers()
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal, reuse: true);
        var error = Assert.Throws<BundleException>(() => GraphChoice.ChooseReuse(bundle, false, GraphPrecision.Int8));
        Assert.StartsWith("inference.precision: model '", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("has no graph for inference.reuse in int8; it has fp32", error.Message, StringComparison.Ordinal);
    }

    // Each graph is a copy of the same file.
    private ModelBundle With(params GraphPrecision[] precisions)
    {
        var bundle = TinyBundle.Write(_folder.Path);
        var files = bundle.Manifest.Files.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        List<BundleGraph> graphs = [bundle.Text];
        foreach (var precision in precisions)
        {
            var file = $"video.{precision}.onnx";
            File.Copy(bundle.PathOf(ModelBundle.WindowGraph), bundle.PathOf(file));
            files.Add(file, files[ModelBundle.WindowGraph]);
            graphs.Add(new(file, GraphForm.Window, precision));
        }
        return TinyBundle.Rewrite(bundle, manifest => manifest with { Graphs = graphs, Files = files });
    }
}
