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
    /// <summary>The views of a recording, uint8 RGB [T, S, S, 3] each, with the earlier frames before them.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="earlier">Number of frames to add before each view.</param>
    /// <exception cref="SourceException">The recording cannot be read, or is too short.</exception>
    public IReadOnlyList<byte[]> Read(string path, int earlier = 0)
    {
        var plan = DecodePlan.For(
            RecordingFacts.Read(path, TimeProvider.System), clip, sampling, (long)clip.FrameBytes * views.Spatial, options, recordings: 0,
            exact: true);
        IEnumerable<byte[]> Take(List<byte[]> frames, int before, int view, int of)
        {
            // A damaged recording may end before its window.
            var skipped = Math.Min(before, frames.Count - 1);
            int[] indices = [.. Indices(frames.Count - skipped, plan, view, of).Select(index => skipped + index)];
            ShortClips.Check(path, indices);
            return Crops(frames, ClipSampler.WithEarlier(indices, earlier, plan.Step(frames.Count, clip.Frames)));
        }
        if (plan.Window is not null)
            return [.. Enumerable.Range(0, views.Temporal).SelectMany(view =>
            {
                var (part, before) = plan.Part(StartOf(view, plan.Room), earlier);
                return Take(Frames(path, part), before, 0, 1);
            })];
        var whole = Frames(path, plan.Part(TimeSpan.Zero).Part);
        return [.. Enumerable.Range(0, views.Temporal).SelectMany(view => Take(whole, before: 0, view, views.Temporal))];
    }

    private TimeSpan StartOf(int view, TimeSpan room) => views.Temporal == 1 ? room / 2 : room * view / (views.Temporal - 1);

    /// <summary>The frames of a part; each holds its crops one after the other.</summary>
    private List<byte[]> Frames(string path, RecordingPart part)
    {
        List<byte[]> frames = [];
        ClipReader.EachAsync(path, part, frame =>
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

    private int[] Indices(int count, DecodePlan plan, int view, int of) => sampling == FrameSampling.Segments
        ? ClipSampler.SegmentsView(count, clip.Frames, view, of)
        : ClipSampler.StridedView(count, clip.Frames, plan.Stride, view, of);

    private IEnumerable<byte[]> Crops(List<byte[]> frames, int[] indices) => Enumerable.Range(0, views.Spatial).Select(crop =>
    {
        var pixels = new byte[indices.Length * clip.FrameBytes];
        for (var t = 0; t < indices.Length; t++)
            frames[indices[t]].AsSpan(crop * clip.FrameBytes, clip.FrameBytes).CopyTo(pixels.AsSpan(t * clip.FrameBytes));
        return pixels;
    });
}
