// Which frames of a view are encoded as a stream, and how frames that are not encoded are accounted for.
using CsCheck;
using StreamActions.Core.Clips;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class StreamSlotTests
{
    private const int Length = 4;
    private static readonly ClipSpec Clip = new(Length, 4, 2, ResizeRule.Squash);

    // What happens to the step of a frame: it is posted, skipped, or it waits and is combined with the next one.
    private enum Fate
    {
        Post,
        Skip,
        Wait,
    }

    private static readonly Gen<(bool Break, Fate Fate)[]> Frames = Gen.Select(
        Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))),
        Gen.Frequency((3, Gen.Const(Fate.Post)), (2, Gen.Const(Fate.Skip)), (3, Gen.Const(Fate.Wait)))).Array[1, 80];

    [Fact]
    public void Push_AnyFates_EachFrameIsEncodedOrCountedOnce() =>
        Gen.Select(Frames, Gen.Int[1, 5], Gen.Int[1, 3]).Sample((frames, mostWaiting, stride) =>
        {
            using FakeStream stream = new();
            using StreamSlot slot = new(Clip, stride, mostWaiting, stream);
            // For each frame that was encoded: its number in its sequence.
            Dictionary<DateTimeOffset, int> places = [];
            var (at, place, encodedBefore) = (1e6, 0, -1);
            EncoderStep? waiting = null;
            foreach (var (breaks, fate) in frames)
            {
                at += breaks ? 60 : 0.25;
                place = breaks ? 0 : place + (places.Count == 0 ? 0 : 1);
                var frame = Pictures.Frame(at);
                places[frame.CapturedAt] = place;
                var step = slot.Push(frame);
                if (fate == Fate.Skip)
                {
                    slot.Skip(step, observed: true);
                    step.Dispose();
                    continue;
                }
                waiting = waiting?.Combine(step, out _) ?? step;
                Assert.InRange(((StreamStep)waiting).Frames.Count, 1, mostWaiting);
                if (fate == Fate.Wait)
                    continue;
                foreach (var encoded in ((StreamStep)waiting).Frames)
                {
                    var now = places[encoded.Frame.CapturedAt];
                    // Frames of the sequence before this one: encoded, or counted as skipped.
                    Assert.Equal(encoded.Starts ? now : now - encodedBefore - 1, encoded.Skipped);
                    Assert.Equal(now >= Length - 1 && (now - Length + 1) % stride == 0, encoded.IsDue);
                    encodedBefore = now;
                }
                waiting.Dispose();
                waiting = null;
            }
            waiting?.Dispose();
        });

    [Fact]
    public void Skip_WindowNotObserved_NextFrameGivesIt()
    {
        using StreamSlot slot = new(Clip, stride: 2, 1, new FakeStream());
        for (var n = 0; n < Length - 1; n++)
            Encode(slot, n * 0.25);
        var due = slot.Push(Pictures.Frame(Length * 0.25 - 0.25));
        Assert.True(due.IsDue);
        slot.Skip(due, observed: false);
        due.Dispose();
        Assert.Equal([true, true, false, true], Enumerable.Range(Length, 4).Select(n => Encode(slot, n * 0.25).IsDue));
        Assert.Equal(0, slot.TakeLost());
    }

    [Fact]
    public void TakeLost_NextWindowDueOrStreamBreaksBeforeWindowIsGiven_CountsIt()
    {
        using StreamSlot slot = new(Clip, stride: 2, 1, new FakeStream());
        for (var n = 0; n < Length - 1; n++)
            Encode(slot, n * 0.25);
        // Five frames are skipped: three windows are due, and the last one can still be given.
        for (var n = Length - 1; n < Length + 4; n++)
        {
            using var step = slot.Push(Pictures.Frame(n * 0.25));
            slot.Skip(step, observed: false);
        }
        Assert.Equal(2, slot.TakeLost());
        Encode(slot, 60);
        Assert.Equal((1, 0), (slot.TakeLost(), slot.TakeLost()));
    }

    [Fact]
    public void Push_FramesWithoutBreak_StartOnce()
    {
        using StreamSlot slot = new(Clip, 1, 1, new FakeStream());
        bool[] starts = [.. Enumerable.Range(0, 6).Select(n => Encode(slot, n * 0.25).Starts)];
        Assert.Equal([true, false, false, false, false, false], starts);
    }

    [Fact]
    public void Push_AfterGap_StartsAndIsNotDueBeforeWholeWindow()
    {
        using StreamSlot slot = new(Clip, 1, 1, new FakeStream());
        for (var n = 0; n < 9; n++)
            Encode(slot, n * 0.25);
        var after = Enumerable.Range(0, Length).Select(n => Encode(slot, 60 + n * 0.25)).ToList();
        Assert.Equal([true, false, false, false], after.Select(f => f.Starts));
        Assert.Equal([false, false, false, true], after.Select(f => f.IsDue));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(60), after[^1].From);
    }

    [Fact]
    public void Restart_NextFrame_Starts()
    {
        using StreamSlot slot = new(Clip, 1, 1, new FakeStream());
        Encode(slot, 0);
        slot.Restart();
        Assert.True(Encode(slot, 0.25).Starts);
    }

    [Fact]
    public void Combine_MoreThanMayWait_DropsOldestDueWindow()
    {
        using StreamSlot slot = new(Clip, 1, 2, new FakeStream());
        for (var n = 0; n < Length; n++)
            Encode(slot, n * 0.25);
        var held = Enumerable.Range(Length, 3).Select(n => Pictures.Frame(n * 0.25)).ToArray();
        var step = slot.Push(held[0]).Combine(slot.Push(held[1]), out var first).Combine(slot.Push(held[2]), out var second);
        Assert.Equal((0, 1), (first, second));
        Assert.Equal([true, false, false], held.Select(Pictures.IsReleased));
        step.Dispose();
        Assert.All(held, frame => Assert.True(Pictures.IsReleased(frame)));
    }

    [Fact]
    public void Decided_StepOfTwoWindows_CountsAfterBoth()
    {
        using StreamSlot slot = new(Clip, 1, 2, new FakeStream());
        for (var n = 0; n < 6; n++)
            Rest(slot, n * 0.25, moved: true);
        for (var n = 6; n < 9; n++)
            Rest(slot, n * 0.25, moved: false);
        // The window of frames 6 to 9 is the first at rest. It waits together with the next one.
        var step = Posted(slot, 2.25).Combine(Posted(slot, 2.5), out _);
        step.Decided();
        Assert.False(Rest(slot, 2.75, moved: false));
        step.Dispose();
    }

    [Fact]
    public void Decided_AllWindowsOfStep_NextWindowAtRestIsStill()
    {
        using StreamSlot slot = new(Clip, 1, 2, new FakeStream());
        for (var n = 0; n < 9; n++)
            Rest(slot, n * 0.25, moved: n < 6);
        var step = Posted(slot, 2.25).Combine(Posted(slot, 2.5), out _);
        step.Decided();
        step.Decided();
        Assert.True(Rest(slot, 2.75, moved: false));
        step.Dispose();
    }

    [Fact]
    public void IsStill_NothingMoves_SkipsAfterOneWindowAtRest()
    {
        using StreamSlot slot = new(Clip, 1, 1, new FakeStream());
        List<bool> still = [];
        for (var n = 0; n < 20; n++)
            still.Add(Rest(slot, n * 0.25, moved: n < 3));
        // Frames 0 to 2 move. The window of frames 3 to 6 is the first at rest and is encoded.
        Assert.Equal([.. Enumerable.Repeat(false, 7), .. Enumerable.Repeat(true, 13)], still);
    }

    [Fact]
    public void IsStill_Refresh_EncodesWholeWindow()
    {
        using StreamSlot slot = new(Clip, 1, 1, new FakeStream());
        List<double> encoded = [];
        for (var n = 0; n < 200; n++)
        {
            if (!Rest(slot, n * 0.25, moved: n < 1))
                encoded.Add(n * 0.25);
        }
        var refreshed = encoded.Where(at => at > 20).ToList();
        Assert.Equal(Length, refreshed.Count);
        Assert.InRange(refreshed[0] - encoded.Last(at => at < 20), 30, 30.25);
    }

    [Fact]
    public void IsStill_MotionAfterRest_CountsSkippedFrames()
    {
        using StreamSlot slot = new(Clip, 1, 1, new FakeStream());
        for (var n = 0; n < 20; n++)
            Rest(slot, n * 0.25, moved: n < 1);
        var step = slot.Push(Pictures.Frame(5));
        // Frames 5 to 19 were skipped: the window of frames 1 to 4 is the first at rest.
        Assert.Equal(15, ((StreamStep)step).Newest.Skipped);
        step.Dispose();
    }

    [Fact]
    public void Dispose_StepStillWaits_FreesStreamAfterIt()
    {
        FakeStream stream = new();
        StreamSlot slot = new(Clip, 1, 1, stream);
        var step = slot.Push(Pictures.Frame(0));
        slot.Dispose();
        slot.Dispose();
        Assert.False(stream.IsDisposed);
        step.Dispose();
        step.Dispose();
        Assert.True(stream.IsDisposed);
    }

    private static StreamFrame Encode(StreamSlot slot, double seconds)
    {
        using var step = slot.Push(Pictures.Frame(seconds));
        return ((StreamStep)step).Newest;
    }

    // Pushes a frame that does not move. Its window must be encoded.
    private static EncoderStep Posted(StreamSlot slot, double seconds)
    {
        var frame = Pictures.Frame(seconds);
        frame.Moved = false;
        var step = slot.Push(frame);
        Assert.False(slot.IsStill(step, new NeverBusy()));
        return step;
    }

    // Pushes a frame, decides its window when it is due, and returns whether it was skipped as still.
    private static bool Rest(StreamSlot slot, double seconds, bool moved)
    {
        var frame = Pictures.Frame(seconds);
        frame.Moved = moved;
        using var step = slot.Push(frame);
        var still = slot.IsStill(step, new NeverBusy());
        if (still)
            slot.Skip(step, observed: true);
        else if (step.IsDue)
            step.Decided();
        return still;
    }

    private sealed class NeverBusy : IViewStatus
    {
        public bool IsBusy(View view) => false;
    }
}
