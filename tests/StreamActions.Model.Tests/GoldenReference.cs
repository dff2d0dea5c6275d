// The published reference values: a small random network, its inputs and its outputs.
using StreamActions.Model.Weights;

namespace StreamActions.Model.Tests;

internal static class GoldenReference
{
    /// <summary>The bound of docs/model.md §6.</summary>
    public const double Bound = 2e-4;

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static M2ClipConfig Config { get; } =
        M2ClipConfig.Parse(File.ReadAllText(Path.Combine(Folder, "m2clip-small-12.json")), "m2clip-small-12.json");

    public static Dictionary<string, TensorData> Weights { get; } =
        SafetensorsFile.Open(Path.Combine(Folder, "m2clip-small-12.weights.safetensors")).ReadAll();

    public static SafetensorsFile Expected { get; } =
        SafetensorsFile.Open(Path.Combine(Folder, "m2clip-small-12.expected.safetensors"));

    /// <summary>The reference's video [B, 3, T, S, S] in our layout [B, T, S, S, 3].</summary>
    public static TensorData Video()
    {
        var video = Expected.Read("input.video");
        int clips = (int)video.Shape[0], frames = (int)video.Shape[2], size = (int)video.Shape[3];
        var values = new float[video.Values.Length];
        for (var b = 0; b < clips; b++)
            for (var c = 0; c < 3; c++)
                for (var t = 0; t < frames; t++)
                    for (var p = 0; p < size * size; p++)
                        values[((b * frames + t) * size * size + p) * 3 + c] = video.Values[((b * 3 + c) * frames + t) * size * size + p];
        return new([clips, frames, size, size, 3], values);
    }

    public static (long[] Shape, long[] Values) Tokens() => Expected.ReadInt64("input.tokens");

    public static double Difference(string name, ReadOnlySpan<float> actual)
    {
        var expected = Expected.Read("expected." + name).Values;
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0;
        for (var i = 0; i < expected.Length; i++)
            worst = Math.Max(worst, Math.Abs((double)expected[i] - actual[i]));
        return worst;
    }
}
