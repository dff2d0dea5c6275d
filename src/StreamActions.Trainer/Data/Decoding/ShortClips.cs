// How much of a clip may be repeated.
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>A recording shorter than a clip repeats frames, but not without bound.</summary>
internal static class ShortClips
{
    /// <summary>Fewest different frames in a clip of T: a quarter of them, and at least two where there are two.</summary>
    public static int FewestFrames(int frames) => Math.Max(Math.Min(2, frames), (frames + 3) / 4);

    /// <summary>Refuses a clip of too few different frames.</summary>
    /// <exception cref="SourceException">There are too few.</exception>
    public static void Check(string path, int[] indices)
    {
        var different = indices.Distinct().Count();
        if (different < FewestFrames(indices.Length))
            throw new SourceException(SourceFailure.Ended,
                $"{path}: too short: {different} different frame(s) where a clip has {indices.Length}; at least "
                    + $"{FewestFrames(indices.Length)} are needed");
    }
}
