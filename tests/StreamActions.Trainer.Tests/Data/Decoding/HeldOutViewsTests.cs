// Views of held-out recordings: the worker's windows, in order of time and then of crop.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Video;

namespace StreamActions.Trainer.Tests.Data.Decoding;

public sealed class HeldOutViewsTests(SmallRecordings recordings) : IClassFixture<SmallRecordings>
{
    private static readonly ClipSpec Clip = new(4, 4, 16, ResizeRule.CenterCrop);

    [Theory]
    [InlineData(ResizeRule.CenterCrop)]
    [InlineData(ResizeRule.Squash)]
    public void Read_OneView_IsMiddleWindowOfWorker(ResizeRule rule)
    {
        var spec = Clip with { Resize = rule };
        var worker = ClipReader.ReadAll(recordings.Wide, 4, 16, rule);
        Assert.Equal(16 * spec.FrameBytes, worker.Length);

        var view = Assert.Single(Views(spec, new()).Read(recordings.Wide));

        Assert.True(worker.AsSpan(6 * spec.FrameBytes, spec.ClipBytes).SequenceEqual(view));
    }

    [Fact]
    public void Read_ManyViews_AreOrderedByTimeThenCrop()
    {
        var views = Views(Clip, new(Temporal: 3, Spatial: 3)).Read(recordings.Wide);
        var expected = new List<byte[]>();
        foreach (var start in (int[])[0, 6, 12])
            foreach (var x in (int[])[0, 50, 100])
                expected.Add(Crop(start, x));

        Assert.Equal(9, views.Count);
        for (var i = 0; i < 9; i++)
            Assert.True(expected[i].AsSpan().SequenceEqual(views[i]), $"view {i}");
        Assert.True(Views(Clip, new()).Read(recordings.Wide)[0].AsSpan().SequenceEqual(views[4]));
    }

    [Fact]
    public void Read_RecordingBeyondBound_ReadsOnlyWindows()
    {
        // The bound allows 5 of 16 frames, so windows of 4 are read.
        var bound = new DecodingOptions { RecordingBytes = 5 * Clip.FrameBytes };
        var windows = new HeldOutViews(Clip, FrameSampling.Strided, new(Temporal: 2), bound).Read(recordings.Wide);
        var whole = Views(Clip, new(Temporal: 2)).Read(recordings.Wide);

        Assert.Equal(2, windows.Count);
        for (var view = 0; view < 2; view++)
            Assert.True(whole[view].AsSpan().SequenceEqual(windows[view]), $"view {view}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_EarlierFrames_ArePutBeforeEachView(bool windows)
    {
        // The bound allows 5 of 16 frames, so windows are read instead of the whole recording.
        var options = windows ? new DecodingOptions { RecordingBytes = 5 * Clip.FrameBytes } : new();
        var views = new HeldOutViews(Clip, FrameSampling.Strided, new(Temporal: 2), options).Read(recordings.Wide, earlier: 3);
        var worker = ClipReader.ReadAll(recordings.Wide, 4, 16, ResizeRule.CenterCrop);
        // The views begin at frames 0 and 12 of 16. The first has no earlier frames, so it repeats the recording's first.
        int[][] expected = [[0, 0, 0, 0, 1, 2, 3], [9, 10, 11, 12, 13, 14, 15]];
        Assert.Equal(2, views.Count);
        foreach (var (view, indices) in views.Zip(expected))
        {
            Assert.Equal(7 * Clip.FrameBytes, view.Length);
            foreach (var (t, index) in indices.Index())
            {
                var frame = worker.AsSpan(index * Clip.FrameBytes, Clip.FrameBytes);
                Assert.True(frame.SequenceEqual(view.AsSpan(t * Clip.FrameBytes, Clip.FrameBytes)), $"frame {t}");
            }
        }
    }

    [Fact]
    public void Read_Segments_CoverWholeRecording()
    {
        var view = Assert.Single(new HeldOutViews(Clip, FrameSampling.Segments, new(), new()).Read(recordings.Wide));
        var all = ClipReader.ReadAll(recordings.Wide, 12, 16, ResizeRule.CenterCrop);

        foreach (var (t, index) in ((int, int)[])[(0, 6), (1, 18), (2, 30), (3, 42)])
        {
            var expected = all.AsSpan(index * Clip.FrameBytes, Clip.FrameBytes);
            Assert.True(expected.SequenceEqual(view.AsSpan(t * Clip.FrameBytes, Clip.FrameBytes)), $"frame {t}");
        }
    }

    [Fact]
    public void Read_TooShort_IsRefused() => Assert.Contains(
        "too short", Assert.Throws<SourceException>(() => Views(Clip, new()).Read(recordings.OneFrame)).Message, StringComparison.Ordinal);

    private static HeldOutViews Views(ClipSpec clip, ViewOptions views) => new(clip, FrameSampling.Strided, views, new());

    /// <summary>A clip from frame <paramref name="start"/>, of the 60×60 square at <paramref name="x"/> of the 160×60 picture.</summary>
    private byte[] Crop(int start, int x)
    {
        var pixels = new byte[Clip.ClipBytes];
        var k = 0;
        ClipReader.EachAsync(recordings.Wide, new(4), frame =>
        {
            if (k - start is >= 0 and < 4 and var t)
                FramePreprocessor.Resize(frame, new CropRectangle(x, 0, 60, 60), 16, ResizeRule.Squash, pixels.AsSpan(t * Clip.FrameBytes));
            k++;
        }).GetAwaiter().GetResult();
        return pixels;
    }
}
