// Frame indices of clips: properties for every length, number of frames and stride.
using CsCheck;
using StreamActions.Core.Clips;

namespace StreamActions.Core.Tests.Clips;

public sealed class ClipSamplerTests
{
    private static readonly Gen<(int Length, int Frames, int Stride, int? Seed)> Cases =
        Gen.Select(Gen.Int[1, 500], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Int.Nullable());

    [Fact]
    public void Segments_LongRecording_TakesTheMiddleOfEachSegment() => Assert.Equal([2, 7, 12, 17], ClipSampler.Segments(20, 4));

    [Fact]
    public void Segments_ShortRecording_RepeatsFrames() => Assert.Equal([0, 0, 1, 1], ClipSampler.Segments(2, 4));

    [Fact]
    public void Segments_AnyCase_TakesOneIndexFromEachSegment() => Cases.Sample((length, frames, _, seed) =>
    {
        var indices = ClipSampler.Segments(length, frames, seed is { } s ? new Random(s) : null);
        Assert.Equal(frames, indices.Length);
        for (var t = 0; t < frames; t++)
        {
            var (from, to) = ((double)t * length / frames, (double)(t + 1) * length / frames);
            Assert.InRange(indices[t], (int)from, Math.Min((int)Math.Ceiling(to), length) - 1);
        }
    });

    [Fact]
    public void Segments_ManyRandomClips_ReachEveryFrame()
    {
        var random = new Random(5);

        var frames = Enumerable.Range(0, 200).SelectMany(_ => ClipSampler.Segments(12, 3, random)).Distinct().Order();

        Assert.Equal(Enumerable.Range(0, 12), frames);
    }

    [Fact]
    public void Strided_WithoutRandom_IsCentred() => Assert.Equal([3, 7, 11], ClipSampler.Strided(15, 3, 4));

    [Fact]
    public void Strided_ShortRecording_RepeatsTheLastFrame() => Assert.Equal([0, 4, 5, 5], ClipSampler.Strided(6, 4, 4));

    [Fact]
    public void Strided_AnyCase_KeepsTheStrideInsideTheRecording() => Cases.Sample((length, frames, stride, seed) =>
    {
        var indices = ClipSampler.Strided(length, frames, stride, seed is { } s ? new Random(s) : null);
        Assert.Equal(frames, indices.Length);
        Assert.All(indices, i => Assert.InRange(i, 0, length - 1));
        for (var t = 1; t < frames; t++)
            Assert.Equal(Math.Min(indices[t - 1] + stride, length - 1), indices[t]);
    });

    [Fact]
    public void Strided_ManyRandomClips_ReachTheFirstAndTheLastStart()
    {
        var random = new Random(5);
        var starts = Enumerable.Range(0, 200).Select(_ => ClipSampler.Strided(10, 3, 3, random)[0]).Distinct().Order();

        Assert.Equal([0, 1, 2, 3], starts);
    }

    [Fact]
    public void Views_OneView_IsTheClipWithoutRandom() => Cases.Sample((length, frames, stride, _) =>
    {
        Assert.Equal(ClipSampler.Segments(length, frames), ClipSampler.SegmentsView(length, frames, 0, 1));
        Assert.Equal(ClipSampler.Strided(length, frames, stride), ClipSampler.StridedView(length, frames, stride, 0, 1));
    });

    [Fact]
    public void StridedView_SeveralViews_CoverTheRecording() => Assert.Equal(
        [[0, 2, 4], [3, 5, 7], [7, 9, 11]], Enumerable.Range(0, 3).Select(view => ClipSampler.StridedView(12, 3, 2, view, 3)));

    [Fact]
    public void SegmentsView_SeveralViews_TakeOtherFramesInOrder() => Assert.Equal(
        [[1, 7], [4, 10]], Enumerable.Range(0, 2).Select(view => ClipSampler.SegmentsView(12, 2, view, 2)));

    [Fact]
    public void Views_AnyCase_AreInTheRecordingAndInOrder() => Gen.Select(Cases, Gen.Int[1, 6]).Sample((c, views) =>
    {
        foreach (var view in Enumerable.Range(0, views))
        {
            int[][] both =
            [
                ClipSampler.SegmentsView(c.Length, c.Frames, view, views),
                ClipSampler.StridedView(c.Length, c.Frames, c.Stride, view, views),
            ];
            Assert.All(both, indices => Assert.Equal(indices.Order(), indices));
            Assert.All(both.SelectMany(indices => indices), i => Assert.InRange(i, 0, c.Length - 1));
        }
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 2)]
    [InlineData(2, 2)]
    public void Views_ViewOutOfRange_Throws(int view, int views)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipSampler.SegmentsView(9, 3, view, views));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipSampler.StridedView(9, 3, 1, view, views));
    }

    [Fact]
    public void WithEarlier_AnyClip_StepsBackAndRepeatsFirstFrame() =>
        Gen.Select(Gen.Int[0, 50], Gen.Int[1, 8], Gen.Int[0, 9], Gen.Int[1, 5]).Sample((start, frames, earlier, stride) =>
    {
        int[] clip = [.. Enumerable.Range(0, frames).Select(t => start + 3 * t)];
        var indices = ClipSampler.WithEarlier(clip, earlier, stride);
        Assert.Equal(clip, indices[earlier..]);
        for (var t = earlier - 1; t >= 0; t--)
            Assert.Equal(Math.Max(0, indices[t + 1] - stride), indices[t]);
    });

    [Theory]
    [InlineData(-1, 1, "earlier")]
    [InlineData(1, 0, "stride")]
    public void WithEarlier_NumberOutOfRange_NamesTheParameter(int earlier, int stride, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => ClipSampler.WithEarlier([3], earlier, stride)).ParamName);

    [Fact]
    public void Both_SameSeed_TakeTheSameFrames() => Cases.Where(c => c.Seed is not null).Sample((length, frames, stride, seed) =>
    {
        Random Seeded() => new(seed!.Value);
        Assert.Equal(ClipSampler.Segments(length, frames, Seeded()), ClipSampler.Segments(length, frames, Seeded()));
        Assert.Equal(ClipSampler.Strided(length, frames, stride, Seeded()), ClipSampler.Strided(length, frames, stride, Seeded()));
    });

    [Theory]
    [InlineData(0, 1, 1, "length")]
    [InlineData(1, 0, 1, "frames")]
    [InlineData(1, 1, 0, "stride")]
    public void Strided_BelowOne_NamesTheParameter(int length, int frames, int stride, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => ClipSampler.Strided(length, frames, stride)).ParamName);

    [Theory]
    [InlineData(0, 1, "length")]
    [InlineData(1, 0, "frames")]
    public void Segments_BelowOne_NamesTheParameter(int length, int frames, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => ClipSampler.Segments(length, frames)).ParamName);

    [Fact]
    public void ClipSpec_SizesAndInterval_FollowFromItsParameters()
    {
        var spec = new ClipSpec(Frames: 8, SampleFps: 4, Size: 64, ResizeRule.CenterCrop);

        Assert.Equal(64 * 64 * 3, spec.FrameBytes);
        Assert.Equal(8 * 64 * 64 * 3, spec.ClipBytes);
        Assert.Equal(TimeSpan.FromMilliseconds(250), spec.FrameInterval);
    }
}
