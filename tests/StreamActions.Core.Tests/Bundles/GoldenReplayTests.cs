// The comparison of a replay with the recorded outputs, with a runtime that the test scripts.
using StreamActions.Core.Bundles;

namespace StreamActions.Core.Tests.Bundles;

public sealed class GoldenReplayTests : IDisposable
{
    private readonly TinyBundle _bundle = new();

    private static BundleGraph Graph => TinyBundle.Manifest.Graphs[0];

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void Measure_RecordedOutputs_DeviationIsZero()
    {
        var deviation = Measure(videoShift: 0, logitShift: 0, textShift: 0);

        Assert.Equal(new GoldenDeviation(0, 0, 0), deviation);
        deviation.ThrowIfAboveBound(ModelBundle.Open(_bundle.Folder), Graph);
    }

    [Theory]
    [InlineData(0.5f, 0, 0)]
    [InlineData(0, 0.5f, 0)]
    [InlineData(0, 0, 0.5f)]
    public void Measure_OneOutputShifted_IsAboveTheBound(float video, float logits, float text)
    {
        var deviation = Measure(video, logits, text);

        Assert.Equal(video, deviation.Video, 1e-6);
        Assert.Equal(logits, deviation.ClassLogits, 1e-6);
        Assert.Equal(text, deviation.Text, 1e-6);
        Assert.Equal(0.5, deviation.Worst, 1e-6);
        var error = Assert.Throws<BundleException>(() => deviation.ThrowIfAboveBound(ModelBundle.Open(_bundle.Folder), Graph));
        var graph = text > 0 ? "text.onnx" : "video.onnx";
        Assert.Contains($"model '{_bundle.Folder}': the outputs of {graph} differ by 0.5 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_ModelWithoutClasses_DoesNotReadLogits()
    {
        (TinyBundle.Golden with { ClassLogits = [[], []] }).Write(_bundle.Folder);
        _bundle.Seal(m => m with { Labels = [] });

        Assert.Equal(0, Measure(0, logitShift: 1, 0).ClassLogits);
    }

    [Fact]
    public void Problem_NotFinite_IsAboveEveryBound() =>
        Assert.NotNull(new GoldenDeviation(double.NaN, 0, 0).Problem(TinyBundle.Manifest with { Golden = new(1e9, 0) }, Graph));

    [Fact]
    public void Problem_GraphWithItsOwnBound_IsComparedWithThat()
    {
        var graph = Graph with { Golden = new(Bound: 0.1, Measured: 0) };

        Assert.Null(new GoldenDeviation(Video: 0.09, ClassLogits: 0.09, Text: 0).Problem(TinyBundle.Manifest, graph));
        Assert.NotNull(new GoldenDeviation(Video: 0.09, ClassLogits: 0.11, Text: 0).Problem(TinyBundle.Manifest, graph));
        Assert.NotNull(new GoldenDeviation(Video: 0, ClassLogits: 0, Text: 0.09).Problem(TinyBundle.Manifest, graph));
    }

    private GoldenDeviation Measure(float videoShift, float logitShift, float textShift)
    {
        var golden = TinyBundle.Golden;
        return GoldenReplay.Measure(
            ModelBundle.Open(_bundle.Folder),
            clips =>
            {
                Assert.Equal(golden.Clips, clips);
                return new(Shifted(golden.VideoEmbeddings, videoShift), Shifted(golden.ClassLogits, logitShift));
            },
            phrases =>
            {
                Assert.Equal(golden.Phrases, phrases);
                return Shifted(golden.TextEmbeddings, textShift);
            });
    }

    private static float[][] Shifted(IReadOnlyList<float[]> rows, float by) => [.. rows.Select(row => row.Select(v => v + by).ToArray())];
}
