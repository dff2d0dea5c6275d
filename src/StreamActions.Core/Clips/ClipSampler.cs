// Which frames of a recording make a clip: pure index arithmetic, shared by training and evaluation (MODEL §4).
namespace StreamActions.Core.Clips;

/// <summary>Chooses the frame indices of a clip from a recording of known length.</summary>
public static class ClipSampler
{
    /// <summary>
    /// The recording is cut into <paramref name="frames"/> equal segments and one frame is taken from each
    /// (Something-Something's sampling): a random one when <paramref name="random"/> is given, else the middle one.
    /// </summary>
    /// <returns>Indices in [0, length), never decreasing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Length or frames below 1.</exception>
    public static int[] Segments(int length, int frames, Random? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var indices = new int[frames];
        for (var t = 0; t < frames; t++)
        {
            var position = (t + (random?.NextDouble() ?? 0.5)) * length / frames;
            indices[t] = Math.Min((int)position, length - 1);
        }
        return indices;
    }

    /// <summary>
    /// Every <paramref name="stride"/>-th frame (Kinetics' sampling), starting at a random place when
    /// <paramref name="random"/> is given, else so that the clip lies in the middle. A recording too short for the
    /// clip repeats its last frame.
    /// </summary>
    /// <returns>Indices in [0, length), never decreasing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Length, frames or stride below 1.</exception>
    public static int[] Strided(int length, int frames, int stride, Random? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        var spare = Math.Max(0, length - ((frames - 1) * stride + 1));
        var start = random?.Next(spare + 1) ?? spare / 2;
        var indices = new int[frames];
        for (var t = 0; t < frames; t++)
            indices[t] = Math.Min(start + t * stride, length - 1);
        return indices;
    }
}
