// The views of a held-out recording, sampled and cropped as the worker does for a camera.
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>
/// Reads views. They are ordered by moment; the crops of a moment are ordered from left to right or from top to bottom.
/// </summary>
/// <param name="clip">The clip's size and timing.</param>
/// <param name="sampling">How frames are sampled.</param>
/// <param name="views">Number of views in time and space.</param>
/// <param name="options">Memory limits.</param>
internal sealed class HeldOutViews(ClipSpec clip, FrameSampling sampling, ViewOptions views, DecodingOptions options)
{
    /// <summary>The views of a recording, uint8 RGB [T, S, S, 3] each.</summary>
    /// <exception cref="SourceException">The recording cannot be read, or is too short.</exception>
    public IReadOnlyList<byte[]> Read(string path)
    {
        var plan = DecodePlan.For(
            RecordingFacts.Read(path, TimeProvider.System), clip, sampling, (long)clip.FrameBytes * views.Spatial, options, recordings: 0,
            exact: true);
        if (plan.Window is not null)
            return [.. Enumerable.Range(0, views.Temporal)
                .SelectMany(view => Take(path, Frames(path, plan, StartOf(view, plan.Room)), plan, 0, 1))];
        var whole = Frames(path, plan, TimeSpan.Zero);
        return [.. Enumerable.Range(0, views.Temporal).SelectMany(view => Take(path, whole, plan, view, views.Temporal))];
    }

    private TimeSpan StartOf(int view, TimeSpan room) => views.Temporal == 1 ? room / 2 : room * view / (views.Temporal - 1);

    /// <summary>The frames of a part; each holds its crops one after the other.</summary>
    private List<byte[]> Frames(string path, DecodePlan plan, TimeSpan from)
    {
        List<byte[]> frames = [];
        ClipReader.EachAsync(path, plan.Part(from), frame =>
        {
            var crops = new byte[clip.FrameBytes * views.Spatial];
            for (var view = 0; view < views.Spatial; view++)
            {
                var crop = clip.Resize == ResizeRule.Squash
                    ? CropRectangle.Whole(frame.Width, frame.Height)
                    : SquareCrop.View(frame.Width, frame.Height, view, views.Spatial);
                FramePreprocessor.Resize(
                    frame.Pixels, frame.Width, frame.Height, crop, clip.Size, clip.Size, crops.AsSpan(view * clip.FrameBytes));
            }
            frames.Add(crops);
        }).GetAwaiter().GetResult();
        return frames;
    }

    private IEnumerable<byte[]> Take(string path, List<byte[]> frames, DecodePlan plan, int view, int of)
    {
        var indices = sampling == FrameSampling.Segments
            ? ClipSampler.SegmentsView(frames.Count, clip.Frames, view, of)
            : ClipSampler.StridedView(frames.Count, clip.Frames, plan.Stride, view, of);
        ShortClips.Check(path, indices);
        return Enumerable.Range(0, views.Spatial).Select(crop =>
        {
            var pixels = new byte[clip.ClipBytes];
            for (var t = 0; t < indices.Length; t++)
                frames[indices[t]].AsSpan(crop * clip.FrameBytes, clip.FrameBytes).CopyTo(pixels.AsSpan(t * clip.FrameBytes));
            return pixels;
        });
    }
}
