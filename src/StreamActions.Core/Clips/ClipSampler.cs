// Frame indices of a clip within a recording. Training and evaluation use the same rules (docs/model.md §4).
namespace StreamActions.Core.Clips;

/// <summary>Chooses the frame indices of a clip from a recording of known length.</summary>
public static class ClipSampler
{
    /// <summary>
    /// One frame from each of <paramref name="frames"/> equal segments of the recording: a random frame when <paramref name="random"/> is
    /// given, else the middle one. This is TSN's segment sampling, used for Something-Something.
    /// </summary>
    /// <returns>Indices in [0, length), never decreasing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Length or frames below 1.</exception>
    public static int[] Segments(int length, int frames, Random? random = null) =>
        Segments(length, frames, () => random?.NextDouble() ?? 0.5);

    /// <summary>
    /// View <paramref name="view"/> of several over the same segments: each view takes a different position in every segment, in order.
    /// </summary>
    /// <returns>Indices in [0, length), never decreasing; with one view, the middle of each segment.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Length, frames or views below 1, or view not in [0, views).</exception>
    public static int[] SegmentsView(int length, int frames, int view, int views)
    {
        CheckView(view, views);
        return Segments(length, frames, () => (view + 0.5) / views);
    }

    private static int[] Segments(int length, int frames, Func<double> place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var indices = new int[frames];
        for (var t = 0; t < frames; t++)
            indices[t] = Math.Min((int)((t + place()) * length / frames), length - 1);
        return indices;
    }

    /// <summary>
    /// Every <paramref name="stride"/>-th frame: dense sampling, used for Kinetics. The clip starts at a random frame when
    /// <paramref name="random"/> is given, else it is centred. A recording that is too short repeats its last frame.
    /// </summary>
    /// <returns>Indices in [0, length), never decreasing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Length, frames or stride below 1.</exception>
    public static int[] Strided(int length, int frames, int stride, Random? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        var spare = Spare(length, frames, stride);
        return From(random?.Next(spare + 1) ?? spare / 2, length, frames, stride);
    }

    /// <summary>One of several views with <paramref name="stride"/>, spread evenly over the recording, in order.</summary>
    /// <returns>Indices in [0, length), never decreasing; with one view, the centred clip.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Length, frames, stride or views below 1, or view not in [0, views).</exception>
    public static int[] StridedView(int length, int frames, int stride, int view, int views)
    {
        CheckView(view, views);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        var spare = Spare(length, frames, stride);
        return From(views == 1 ? spare / 2 : (int)((long)spare * view / (views - 1)), length, frames, stride);
    }

    /// <summary>
    /// Adds the indices of <paramref name="earlier"/> frames, <paramref name="stride"/> frames apart, before those of a clip. Index 0 is
    /// repeated where the recording has too few.
    /// </summary>
    /// <param name="clip">Indices of the clip's frames, at least one.</param>
    /// <param name="earlier">Number of frames to add, at least 0.</param>
    /// <param name="stride">Frames from one added frame to the next, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static int[] WithEarlier(int[] clip, int earlier, int stride)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentOutOfRangeException.ThrowIfLessThan(clip.Length, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(earlier);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        var indices = new int[earlier + clip.Length];
        for (var t = 0; t < earlier; t++)
            indices[t] = (int)Math.Max(0, clip[0] - (long)(earlier - t) * stride);
        clip.CopyTo(indices, earlier);
        return indices;
    }

    private static int Spare(int length, int frames, int stride) => Math.Max(0, length - ((frames - 1) * stride + 1));

    private static int[] From(int start, int length, int frames, int stride)
    {
        var indices = new int[frames];
        for (var t = 0; t < frames; t++)
            indices[t] = Math.Min(start + t * stride, length - 1);
        return indices;
    }

    private static void CheckView(int view, int views)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(views, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(view, views);
    }
}
