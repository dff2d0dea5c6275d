// The decode plan covers a clip and stays within the memory bounds.
using CsCheck;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Video;

namespace StreamActions.Trainer.Tests.Data.Decoding;

public sealed class DecodePlanTests
{
    private static readonly ClipSpec Clip = new(8, 4, 16, ResizeRule.CenterCrop);
    private static readonly DecodingOptions Bounds = new() { CacheBytes = 1000, RecordingBytes = 500 };

    [Fact]
    public void For_ShortRecording_DecodesWholeRecording() =>
        Assert.Equal(new(12, 3, null, TimeSpan.Zero, 500, Keep: true), Plan(new(TimeSpan.FromSeconds(3), 12), recordings: 10));

    [Fact]
    public void For_SetLargerThanCache_ReadsWindowsWithoutCaching()
    {
        var plan = Plan(new(TimeSpan.FromSeconds(10), 12), recordings: 10);

        Assert.False(plan.Keep);
        Assert.Equal(22 / 12.0, plan.Window!.Value.TotalSeconds, 1e-6);
        Assert.Equal(10 - 22 / 12.0, plan.Room.TotalSeconds, 1e-6);
    }

    [Fact]
    public void For_ExactSampling_UsesClipRate() =>
        Assert.Equal((4, 1), Plan(new(TimeSpan.FromSeconds(9), 30), exact: true) is var plan ? (plan.Fps, plan.Stride) : default);

    [Fact]
    public void For_SlowRecording_UsesStrideOne() => Assert.Equal(1, Plan(new(TimeSpan.FromSeconds(9), 3)).Stride);

    [Fact]
    public void For_SegmentsOfLongRecording_LowersFrameRate() =>
        Assert.Equal(500 / 3600.0, Plan(new(TimeSpan.FromHours(1), 25), FrameSampling.Segments).Fps, 1e-6);

    [Fact]
    public void For_SegmentsOfShortRecording_TakesEveryFrame() =>
        Assert.Equal(25, Plan(new(TimeSpan.FromSeconds(4), 25), FrameSampling.Segments).Fps);

    [Fact]
    public void For_UnknownLength_ReadsFromStartToBound() =>
        Assert.Equal((null, 500), Plan(new(null, 25)) is var plan ? (plan.Window, plan.MostFrames) : default);

    [Fact]
    public void For_AnyRecording_CoversClipWithinBound() =>
        Gen.Select(Gen.Double[0.05, 100_000], Gen.Double[0.1, 200], Gen.Enum<FrameSampling>(), Gen.Int[1, 64], Gen.Int[1, 400], Gen.Bool)
        .Sample((seconds, fps, sampling, frames, frameBytes, exact) =>
        {
            var plan = DecodePlan.For(
                new(TimeSpan.FromSeconds(seconds), fps), Clip with { Frames = frames }, sampling, frameBytes, Bounds, recordings: 3, exact);
            var decoded = (plan.Window?.TotalSeconds ?? seconds) * plan.Fps;
            Assert.InRange(plan.Fps, double.Epsilon, 120);
            Assert.InRange(decoded, 0, Math.Max(frames, 500.0 / frameBytes) + 1e-6);
            Assert.InRange(plan.MostFrames, frames, Math.Max(frames, 500 / frameBytes));
            if (plan.Window is { } window)
            {
                Assert.InRange(decoded, (frames - 1) * plan.Stride + 1 - 1e-3, double.MaxValue);
                Assert.InRange((plan.Room + window).TotalSeconds, 0, Math.Max(seconds, window.TotalSeconds) + 1e-6);
            }
        });

    [Fact]
    public void Part_EarlierFrames_BeginsEarlierWithinRecording() =>
        Gen.Select(Gen.Double[0, 60], Gen.Int[0, 20], Gen.Int[1, 4]).Sample((from, earlier, stride) =>
    {
        var plan = new DecodePlan(4 * stride, stride, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), MostFrames: 40, Keep: false);
        var begin = TimeSpan.FromSeconds(from);
        var (part, before) = plan.Part(begin, earlier);
        Assert.InRange(before, 0, earlier * stride);
        // All frames that the recording has before the window, up to the wanted number.
        Assert.True(before == earlier * stride || before == (int)(begin.TotalSeconds * plan.Fps));
        Assert.InRange(part.From.TotalSeconds, 0, from);
        Assert.Equal(from, part.From.TotalSeconds + before / plan.Fps, 1e-6);
        Assert.Equal(2 + before / plan.Fps, part.Length!.Value.TotalSeconds, 1e-6);
        Assert.Equal(40 + before, part.MostFrames);
    });

    private static DecodePlan Plan(
        RecordingFacts facts, FrameSampling sampling = FrameSampling.Strided, int recordings = 100, bool exact = false) =>
        DecodePlan.For(facts, Clip, sampling, frameBytes: 1, Bounds with { CacheBytes = recordings == 10 ? 500 : 1000 }, recordings, exact);
}
