// Eight-bit numbers: bounds, errors, and sums that fit into 16 bits.
using CsCheck;
using StreamActions.Model.Quantization;

namespace StreamActions.Model.Tests.Quantization;

public sealed class QuantizedNumbersTests
{
    private static readonly Gen<float[]> Matrices = Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 40], Gen.Double[-6, 6], (seed, rows, size) =>
    {
        Random random = new(seed);
        return Enumerable.Range(0, rows * 3).Select(_ => (float)(Math.Pow(10, size) * (2 * random.NextDouble() - 1))).ToArray();
    });

    [Fact]
    public void Of_Pairs_NeverExceedSixteenBits() => Matrices.Sample(values =>
    {
        var matrix = QuantizedMatrix.Of(new([values.Length / 3, 3], values), WeightRange.Pairs);
        for (var row = 0; row + 1 < matrix.Rows; row += 2)
        {
            for (var column = 0; column < 3; column++)
            {
                int first = matrix.Numbers[row * 3 + column], second = matrix.Numbers[(row + 1) * 3 + column];
                foreach (var (a, b) in new[] { (255, 255), (255, 0), (0, 255) })
                    Assert.InRange(a * first + b * second, short.MinValue, short.MaxValue);
            }
        }
    });

    [Fact]
    public void Of_Pairs_AreNoWorseThanSevenBits() => Matrices.Sample(values =>
    {
        var pairs = QuantizedMatrix.Of(new([values.Length / 3, 3], values), WeightRange.Pairs);
        var sevenBits = QuantizedMatrix.Of(new([values.Length / 3, 3], values), WeightRange.SevenBits);
        for (var column = 0; column < 3; column++)
            Assert.InRange(Error(values, pairs, column), 0, Error(values, sevenBits, column) * 1.0001);
    });

    [Theory]
    [InlineData(127, 254)]
    [InlineData(64, 128)]
    public void Of_WithoutReducedPairs_ErrsByHalfAStep(int greatest, int pair) => Matrices.Sample(values =>
    {
        var matrix = QuantizedMatrix.Of(new([values.Length / 3, 3], values), new(greatest, pair));
        for (var column = 0; column < 3; column++)
        {
            var step = Enumerable.Range(0, matrix.Rows).Max(r => Math.Abs(values[r * 3 + column])) / greatest;
            for (var row = 0; row < matrix.Rows; row++)
                Assert.InRange(Math.Abs(values[row * 3 + column] - Value(matrix, row, column)), 0, step / 2 * 1.0001f);
        }
    });

    [Fact]
    public void Of_ColumnOfZeros_IsZero()
    {
        var matrix = QuantizedMatrix.Of(new([2, 2], [0, 1, 0, -2]), WeightRange.Full);
        Assert.Equal([0, 64, 0, -127], matrix.Numbers);
        var sums = matrix.ColumnSums(0, 2);
        Assert.Equal(0, sums[0], 1e-4f);
        Assert.Equal(-63f * 2 / 127, sums[1], 1e-4f);
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(-3, -1)]
    [InlineData(2, 5)]
    [InlineData(0, 0)]
    [InlineData(-1000, 0.001)]
    public void ActivationScale_OfARange_CoversItWithMarginAndHasZero(float least, float greatest)
    {
        var scale = ActivationScale.Of(new([least, least], [greatest, (least + greatest) / 2]), margin: 1.1);
        Assert.True((0 - scale.ZeroPoint - 0.5) * scale.Scale <= Math.Min(least, 0) * 1.1 * 0.999);
        Assert.True((255 - scale.ZeroPoint + 0.5) * scale.Scale >= Math.Max(greatest, 0) * 1.1 * 0.999);
        Assert.True(scale.Scale > 0);
    }

    private static double Error(float[] values, QuantizedMatrix matrix, int column) => Enumerable.Range(0, matrix.Rows)
        .Sum(row => Math.Pow(values[row * 3 + column] - Value(matrix, row, column), 2));

    private static float Value(QuantizedMatrix matrix, int row, int column) =>
        matrix.Numbers[row * matrix.Columns + column] * matrix.Scales[column];
}
