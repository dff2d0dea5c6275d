// Which tokens of a frame are encoded: what changed at once, everything often enough, and little of a still scene.
using CsCheck;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class ChangedPatchesTests
{
    private const int Size = 24, Side = 8, Grid = Size / Side, Tokens = 1 + Grid * Grid, FrameBytes = Size * Size * 3;

    private static readonly Gen<ReuseRule> Rules = Gen.Select(
        Gen.Double[0, 20], Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[1, 12], Gen.Double[0, 1],
        (levels, hold, around, refresh, share) => new ReuseRule(levels, hold, around, refresh, share));

    // A course of frames: what is painted into the frame before, and where a stream starts again.
    private static readonly Gen<Stroke[]> Courses = Gen.Select(
        Gen.Int[0, Size - 1], Gen.Int[0, Size - 1], Gen.Int[0, 12], Gen.Byte, Gen.Int[0, 9],
        (x, y, extent, value, start) => new Stroke(x, y, extent, value, start == 0)).Array[1, 60];

    private sealed record Stroke(int X, int Y, int Extent, byte Value, bool Starts);

    private sealed record Chosen(byte[] Pixels, long[] Rows, bool Starts);

    [Fact]
    public void Choose_AnyCourse_EncodesEveryChangedPatchAtOnce() =>
        Gen.Select(Rules, Courses, Gen.Int[0, 6]).Sample((rule, course, memory) =>
        {
            var encoded = new byte[FrameBytes];
            foreach (var frame in Play(rule, memory, course))
            {
                for (var patch = 0; patch < Tokens - 1; patch++)
                {
                    var (now, before) = (Patch(frame.Pixels, patch), Patch(encoded, patch));
                    if (frame.Rows.Contains(patch + 1))
                        Paste(now, encoded, patch);
                    else
                        Assert.InRange(RootMeanSquare(now, before), 0, rule.Levels + 1e-9);
                }
            }
        });

    [Fact]
    public void Choose_AnyCourse_GivesClassTokenFirstAndRowsInOrder() =>
        Gen.Select(Rules, Courses, Gen.Int[0, 6]).Sample((rule, course, memory) =>
        {
            foreach (var (_, rows, _) in Play(rule, memory, course))
            {
                Assert.Equal(0, rows[0]);
                Assert.Equal(rows.Distinct().Order(), rows);
                Assert.InRange(rows[^1], 0, Tokens - 1);
                // Above the share, the frame is encoded in full.
                Assert.True(rows.Length == Tokens || rows.Length <= rule.MostShare * Tokens);
            }
        });

    [Fact]
    public void Choose_AnyCourse_LeavesNoPatchOlderThanRefresh() =>
        Gen.Select(Rules, Courses, Gen.Int[0, 6]).Sample((rule, course, memory) =>
        {
            var age = new int[Tokens];
            foreach (var (_, rows, _) in Play(rule, memory, course))
            {
                for (var row = 0; row < Tokens; row++)
                    Assert.InRange(age[row] = rows.Contains(row) ? 0 : age[row] + 1, 0, rule.Refresh - 1);
            }
        });

    [Fact]
    public void Choose_StreamStarts_EncodesInFullUntilMemoryIsFull() =>
        Gen.Select(Rules, Courses, Gen.Int[0, 6]).Sample((rule, course, memory) =>
        {
            var since = 0;
            foreach (var (_, rows, starts) in Play(rule, memory, course))
            {
                since = starts ? 0 : since + 1;
                if (since <= memory)
                    Assert.Equal(Tokens, rows.Length);
            }
        });

    [Fact]
    public void Choose_StillScene_EncodesOnlyClassTokenBetweenRefreshes() =>
        Gen.Select(Rules, Gen.Int[0, 6], Gen.Byte).Sample((rule, memory, value) =>
        {
            var course = Enumerable.Repeat(new Stroke(0, 0, Size, value, Starts: false), 50).ToArray();
            var rows = Play(rule with { MostShare = 1 }, memory, course).Select(frame => frame.Rows.Length).ToArray();
            for (var t = memory + 1; t < rows.Length; t++)
                Assert.Equal((t - memory) % rule.Refresh == 0 ? Tokens : 1, rows[t]);
        });

    [Fact]
    public void Choose_AnyCourse_HoldsChangedPatchesAndTheirNeighbours() =>
        Gen.Select(Rules, Courses, Gen.Int[0, 6]).Sample((rule, course, memory) =>
        {
            var encoded = new byte[FrameBytes];
            var left = new int[Tokens - 1];
            foreach (var frame in Play(rule, memory, course))
            {
                if (frame.Starts)
                {
                    Array.Clear(left);
                    frame.Pixels.CopyTo(encoded, 0);
                }
                var changed = Enumerable.Range(0, Tokens - 1)
                    .Where(patch => RootMeanSquare(Patch(frame.Pixels, patch), Patch(encoded, patch)) > rule.Levels + 1e-9).ToArray();
                for (var patch = 0; patch < Tokens - 1; patch++)
                {
                    var near = changed.Any(c => Math.Abs(c / Grid - patch / Grid) <= rule.Around
                        && Math.Abs(c % Grid - patch % Grid) <= rule.Around);
                    Assert.True(frame.Rows.Contains(patch + 1) || !(near || left[patch] > 0));
                    left[patch] = near ? Math.Min(rule.Hold, memory) : Math.Max(0, left[patch] - 1);
                    if (frame.Rows.Contains(patch + 1))
                        Paste(Patch(frame.Pixels, patch), encoded, patch);
                }
            }
        });

    [Fact]
    public void Choose_SlowDrift_AddsUpAgainstTheEncodedPixels()
    {
        ReuseRule rule = new(Levels: 4, Hold: 0, Around: 0, Refresh: 1000, MostShare: 1);
        // One level a frame: no frame differs much from the one before.
        var course = Enumerable.Range(0, 21).Select(t => new Stroke(0, 0, Size, (byte)(100 + t), t == 0)).ToArray();
        var rows = Play(rule, 0, course).Select(frame => frame.Rows.Length).ToArray();
        Assert.Equal([.. Enumerable.Range(0, 21).Select(t => t % 5 == 0 ? Tokens : 1)], rows);
    }

    [Fact]
    public void Choose_FullRule_EncodesEveryFrameInFull() => Courses.Sample(course =>
        Assert.All(Play(ReuseRule.Full, 0, course), frame => Assert.Equal(Tokens, frame.Rows.Length)));

    [Theory]
    [InlineData(24, 11)]
    [InlineData(25, 10)]
    public void Constructor_TokensAreNoGrid_IsRefused(int size, int tokens) =>
        Assert.Throws<ArgumentException>(() => new ChangedPatches(size, tokens, 0, ReuseRule.Full));

    [Fact]
    public void For_Levels_ReusesMoreWhenHigher()
    {
        Assert.Null(ReuseRule.For(ReuseLevel.Off));
        var (balanced, high) = (ReuseRule.For(ReuseLevel.Balanced)!, ReuseRule.For(ReuseLevel.High)!);
        Assert.True(high.Levels >= balanced.Levels && high.Hold <= balanced.Hold && high.Refresh >= balanced.Refresh);
        Assert.NotEqual(balanced, high);
    }

    [Fact]
    public void Memory_States_SumsTheFramesThatConvolutionsSee() => Assert.Equal(2 + 2, ReuseRule.Memory(
    [
        new("blocks.0.mlp.enhancement", [1, 10, 4], 2), new("blocks.0.mlp.difference", [1, 10, 4], 1),
        new("temporal.enhancement", [1, 1, 4], 2), new("window.embedding", [4], 7) { Window = true },
    ]));

    private static IEnumerable<Chosen> Play(ReuseRule rule, int memory, Stroke[] course)
    {
        ChangedPatches changed = new(Size, Tokens, memory, rule);
        var (pixels, rows) = (new byte[FrameBytes], new long[Tokens]);
        for (var t = 0; t < course.Length; t++)
        {
            var stroke = course[t];
            for (var y = stroke.Y; y < Math.Min(Size, stroke.Y + stroke.Extent); y++)
                for (var x = stroke.X; x < Math.Min(Size, stroke.X + stroke.Extent); x++)
                    pixels.AsSpan((y * Size + x) * 3, 3).Fill(stroke.Value);
            var starts = t == 0 || stroke.Starts;
            var count = changed.Choose(pixels, starts, rows);
            yield return new([.. pixels], rows[..count], starts);
        }
    }

    private static IEnumerable<int> Places(int patch) =>
        from y in Enumerable.Range(patch / Grid * Side, Side)
        from x in Enumerable.Range(patch % Grid * Side * 3, Side * 3)
        select y * Size * 3 + x;

    private static byte[] Patch(byte[] pixels, int patch) => [.. Places(patch).Select(place => pixels[place])];

    private static void Paste(byte[] values, byte[] pixels, int patch)
    {
        foreach (var (i, place) in Places(patch).Index())
            pixels[place] = values[i];
    }

    private static double RootMeanSquare(byte[] a, byte[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Average());
}
