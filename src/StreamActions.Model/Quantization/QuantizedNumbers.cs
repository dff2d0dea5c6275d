// Numbers in eight bits: scales of activations, and weights with a scale for each column.
using StreamActions.Model.Weights;

namespace StreamActions.Model.Quantization;

/// <summary>The scale of an activation in eight bits: byte = round(value / <paramref name="Scale"/>) + <paramref name="ZeroPoint"/>.</summary>
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

/// <summary>A matrix in eight bits, with a scale for each column: value = number · scale of its column.</summary>
/// <param name="Rows">Inputs.</param>
/// <param name="Columns">Outputs.</param>
/// <param name="Numbers">Row by row.</param>
/// <param name="Scales">One for each column.</param>
public sealed record QuantizedMatrix(int Rows, int Columns, sbyte[] Numbers, float[] Scales)
{
    /// <summary>Rounds a matrix [rows, columns].</summary>
    /// <param name="matrix">The values.</param>
    /// <param name="limit">The greatest absolute number, at most 127.</param>
    public static QuantizedMatrix Of(TensorData matrix, int limit)
    {
        int rows = (int)matrix.Shape[0], columns = (int)matrix.Shape[1];
        var scales = new float[columns];
        for (var i = 0; i < matrix.Values.Length; i++)
            scales[i % columns] = Math.Max(scales[i % columns], Math.Abs(matrix.Values[i]));
        for (var c = 0; c < columns; c++)
            scales[c] = Math.Max(scales[c] / limit, 1e-9f);
        var numbers = new sbyte[matrix.Values.Length];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = (sbyte)Math.Clamp(MathF.Round(matrix.Values[i] / scales[i % columns]), -limit, limit);
        return new(rows, columns, numbers, scales);
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
