// The figures of a quality measurement, worked out by hand.
using StreamActions.Onnx.Quantization;

namespace StreamActions.Model.Tests.Quantization;

public sealed class QualityMeasureTests
{
    private static readonly TextClasses Classes = new([[1, 0], [0, 1]], Scale: 10);

    [Fact]
    public void Of_EqualEmbeddings_LosesNothing()
    {
        EmbeddingPairs same = new([[1, 0], [0, 1], [0.6f, 0.8f]], [[1, 0], [0, 1], [0.6f, 0.8f]]);
        var quality = QualityMeasure.Of(same, same, Classes);
        Assert.Equal((3, 1, 1, 1), (quality.Clips, Math.Round(quality.Cosine, 9), Math.Round(quality.ExtremeCosine, 9), quality.Top1));
        Assert.Equal(1, quality.Decisions);
    }

    [Fact]
    public void Of_Natural_SubtractsTheMeanAndTakesTheWorst()
    {
        // The mean is (1, 0): without it the vectors are (0, 1), (0, −1) and (0, 1), (−0.5, 0).
        EmbeddingPairs natural = new([[1, 1], [1, -1]], [[1, 1], [0.5f, 0]]);
        EmbeddingPairs extreme = new([[1, 0], [1, 0]], [[1, 0], [0.6f, 0.8f]]);
        var quality = QualityMeasure.Of(natural, extreme, Classes);
        Assert.Equal(0, quality.Cosine, 6);
        Assert.Equal(1 / Math.Sqrt(2), quality.PlainCosine!.Value, 6);
        Assert.Equal(0.6, quality.ExtremeCosine, 6);
    }

    [Fact]
    public void Of_OtherClassOrUncertain_CountsTopAndDecisions()
    {
        // The first clip changes its class. The second stays nearest to its class, but is no longer certain of it.
        const float certain = 0.98f, rest = 0.2f, little = 0.69f, more = 0.72f;
        EmbeddingPairs natural = new(
            [[certain, rest], [certain, rest], [rest, certain], [little, more]],
            [[rest, certain], [certain, rest], [rest, certain], [more, little]]);
        var quality = QualityMeasure.Of(natural, natural, Classes);
        Assert.Equal(0.5, quality.Top1);
        Assert.Equal(0.5, quality.Decisions);
    }

    [Fact]
    public void Of_ThreeClasses_DecidesForNoneWhenNoneIsLikely()
    {
        TextClasses three = new([[1, 0, 0], [0, 1, 0], [0, 0, 1]], Scale: 0.5);
        EmbeddingPairs natural = new([[1, 0, 0]], [[0, 1, 0]]);
        var quality = QualityMeasure.Of(natural, natural, three);
        Assert.Equal((0, 1), (quality.Top1, quality.Decisions));
    }
}
