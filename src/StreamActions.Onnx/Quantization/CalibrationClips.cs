// Clips on which the ranges of activations are measured: those given, and what a camera shows at night or in glare.
namespace StreamActions.Onnx.Quantization;

/// <summary>Makes clips, uint8 RGB [frames, S, S, 3], darker and brighter.</summary>
public static class CalibrationClips
{
    private const double DarkFactor = 0.35, BrightFactor = 1.8;

    /// <summary>
    /// The clips, each also dark and bright, and an all-black and an all-white clip. Without them, static scales would cut the activations
    /// of such pictures off.
    /// </summary>
    public static IEnumerable<byte[]> Of(IReadOnlyList<byte[]> clips) => clips.Concat(ExtremesOf(clips));

    /// <summary>Each clip dark and bright, an all-black and an all-white clip.</summary>
    public static IEnumerable<byte[]> ExtremesOf(IReadOnlyList<byte[]> clips) =>
    [
        .. clips.SelectMany(clip => new[] { Dark(clip), Bright(clip) }),
        .. clips.Take(1).SelectMany(clip => new[] { new byte[clip.Length], Filled(clip.Length, byte.MaxValue) }),
    ];

    /// <summary>The clip in dim light.</summary>
    public static byte[] Dark(byte[] clip) => Scaled(clip, DarkFactor);

    /// <summary>The clip overexposed.</summary>
    public static byte[] Bright(byte[] clip) => Scaled(clip, BrightFactor);

    private static byte[] Scaled(byte[] clip, double factor) =>
        [.. clip.Select(value => (byte)Math.Min(Math.Round(value * factor), byte.MaxValue))];

    private static byte[] Filled(int length, byte value)
    {
        var clip = new byte[length];
        clip.AsSpan().Fill(value);
        return clip;
    }
}
