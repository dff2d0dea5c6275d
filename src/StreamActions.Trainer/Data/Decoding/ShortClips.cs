// Limits how many frames of a clip may be repetitions.
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>A recording shorter than a clip repeats frames. This class rejects one with too few different frames.</summary>
internal static class ShortClips
{
    /// <summary>Minimum number of different frames in a clip of T frames: a quarter of T, at least 2 when T is at least 2.</summary>
    public static int FewestFrames(int frames) => Math.Max(Math.Min(2, frames), (frames + 3) / 4);

    /// <summary>Checks the number of different frames.</summary>
    /// <exception cref="SourceException">The clip has too few different frames.</exception>
    public static void Check(string path, int[] indices)
    {
        var different = indices.Distinct().Count();
        if (different < FewestFrames(indices.Length))
            throw new SourceException(SourceFailure.Ended,
                $"{path}: too short: {different} different frame(s) where a clip has {indices.Length}; at least "
                    + $"{FewestFrames(indices.Length)} are needed");
    }
}
