// Numbers in eight bits: scales of activations, and weights with a scale for each column.
using StreamActions.Model.Weights;

namespace StreamActions.Model.Quantization;

/// <summary>
/// The scale of an activation in eight bits: byte = round(value / <paramref name="Scale"/>) + <paramref name="ZeroPoint"/>.
/// </summary>
/// <param name="Scale">Above 0.</param>
/// <param name="ZeroPoint">The byte that stands for 0 exactly.</param>
public readonly record struct ActivationScale(float Scale, byte ZeroPoint)
{
    /// <summary>The scale for a range, with a margin for values that the calibration clips do not have.</summary>
    /// <param name="range">The activation's range; the scale covers all channels and 0.</param>
    /// <param name="margin">Factor on the range, at least 1.</param>
    public static ActivationScale Of(ChannelRange range, double margin)
    {
        double least = Math.Min(range.Least.Min(), 0) * margin, greatest = Math.Max(range.Greatest.Max(), 0) * margin;
        var scale = Math.Max(greatest - least, 1e-6) / byte.MaxValue;
        return new((float)scale, (byte)Math.Clamp(Math.Round(-least / scale), 0, byte.MaxValue));
    }
}

/// <summary>The numbers that the weights of a product can have.</summary>
/// <param name="Greatest">The greatest absolute number, at most 127.</param>
/// <param name="Pair">
/// The greatest absolute sum of the numbers in rows 2k and 2k + 1 of a column. Without the VNNI instructions, an x64 processor adds
/// their products with two bytes in 16 bits: 255 · 128 fits, 255 · 129 does not and would be cut off.
/// </param>
public readonly record struct WeightRange(int Greatest, int Pair)
{
    /// <summary>All numbers of eight bits. Exact only with VNNI or on processors that are not x64.</summary>
    public static WeightRange Full { get; } = new(127, 254);

    /// <summary>Seven bits: exact on every processor.</summary>
    public static WeightRange SevenBits { get; } = new(64, 128);

    /// <summary>Eight bits with small enough sums of pairs: exact on every processor, and finer than seven bits.</summary>
    public static WeightRange Pairs { get; } = new(127, 128);
}

/// <summary>A matrix in eight bits, with a scale for each column: value = number · scale of its column.</summary>
/// <param name="Rows">Inputs.</param>
/// <param name="Columns">Outputs.</param>
/// <param name="Numbers">Row by row.</param>
/// <param name="Scales">One for each column.</param>
public sealed record QuantizedMatrix(int Rows, int Columns, sbyte[] Numbers, float[] Scales)
{
    private const float LeastScale = 1e-9f;

    /// <summary>Rounds a matrix [rows, columns]. The scale of each column is the one with the smallest squared error.</summary>
    /// <param name="matrix">The values.</param>
    /// <param name="range">The permitted numbers.</param>
    public static QuantizedMatrix Of(TensorData matrix, WeightRange range)
    {
        int rows = (int)matrix.Shape[0], columns = (int)matrix.Shape[1];
        var numbers = new sbyte[matrix.Values.Length];
        var scales = new float[columns];
        // With a smaller greatest number the sums of pairs are smaller, so that fewer of them have to be reduced.
        int[] candidates = [.. Enumerable.Range(0, 8).Select(i => range.Greatest - i * (range.Greatest - range.Pair / 2) / 7).Distinct()];
        Parallel.For(0, columns, column =>
        {
            var values = new float[rows];
            for (var r = 0; r < rows; r++)
                values[r] = matrix.Values[r * columns + column];
            var greatest = values.Length == 0 ? 0 : values.Max(Math.Abs);
            var (rounded, best) = (new int[rows], double.PositiveInfinity);
            foreach (var candidate in candidates)
            {
                var scale = Math.Max(greatest / candidate, LeastScale);
                if (Round(values, scale, range, rounded) is var error && error >= best)
                    continue;
                (best, scales[column]) = (error, scale);
                for (var r = 0; r < rows; r++)
                    numbers[r * columns + column] = (sbyte)rounded[r];
            }
        });
        return new(rows, columns, numbers, scales);
    }

    // Rounds a column and returns the sum of its squared errors.
    private static double Round(float[] values, float scale, WeightRange range, int[] rounded)
    {
        for (var r = 0; r < values.Length; r++)
            rounded[r] = Math.Clamp((int)MathF.Round(values[r] / scale), -range.Greatest, range.Greatest);
        for (var r = 0; r + 1 < values.Length; r += 2)
        {
            var sum = rounded[r] + rounded[r + 1];
            var excess = Math.Abs(sum) - range.Pair;
            if (excess <= 0)
                continue;
            // Numbers of different signs cannot exceed it: their products cancel.
            var half = excess / 2;
            rounded[r] -= Math.Sign(sum) * half;
            rounded[r + 1] -= Math.Sign(sum) * (excess - half);
        }
        double error = 0;
        for (var r = 0; r < values.Length; r++)
        {
            var difference = values[r] - rounded[r] * scale;
            error += difference * difference;
        }
        return error;
    }

    /// <summary>The sums of the numbers of some rows, as values: one for each column.</summary>
    public float[] ColumnSums(int start, int count)
    {
        var sums = new float[Columns];
        for (var c = 0; c < Columns; c++)
        {
            var sum = 0;
            for (var r = start; r < start + count; r++)
                sum += Numbers[r * Columns + c];
            sums[c] = sum * Scales[c];
        }
        return sums;
    }
}
