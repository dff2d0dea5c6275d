// Windows of T frames, every S frames, never across a break.
using CsCheck;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class SlidingWindowTests
{
    private static readonly TimeSpan LongestGap = FrameSequence.LongestGap(TimeSpan.FromSeconds(1));

    // Frames: seconds since the frame before (mostly regular), and whether the camera was opened again.
    private static readonly Gen<(double Step, bool Reopened)[]> Frames = Gen.Select(
        Gen.Frequency(
            (12, Gen.Const(1.0)), (2, Gen.Double[0.1, 2.5]), (1, Gen.Double[2.6, 60]), (1, Gen.Const(0.0)), (1, Gen.Double[-5, -0.1])),
        Gen.Frequency((15, Gen.Const(false)), (1, Gen.Const(true)))).Array[0, 60];

    [Fact]
    public void Push_AnyFrames_GivesWindowsOfEachUnbrokenRun() =>
        Gen.Select(Frames, Gen.Int[1, 8], Gen.Int[1, 12]).Sample((frames, length, stride) =>
        {
            using var sliding = new SlidingWindow(length, stride, LongestGap);
            List<ViewFrame> run = [];
            double at = 1e6;
            var generation = 0;
            foreach (var (step, reopened) in frames)
            {
                at += step;
                generation += reopened ? 1 : 0;
                var frame = Pictures.Frame(at, generation: generation);
                if (run.Count > 0)
                {
                    var gap = frame.CapturedAt - run[^1].CapturedAt;
                    if (reopened || gap <= TimeSpan.Zero || gap > LongestGap)
                        run.Clear();
                }
                run.Add(frame);
                using var window = sliding.Push(frame);

                // In a run, windows end with frames T, T + S, T + 2S …
                Assert.Equal(run.Count >= length && (run.Count - length) % stride == 0, window is not null);
                if (window is null)
                    continue;
                Assert.Equal(run[^length..], window.Frames);
                Assert.Equal(generation, window.Generation);
                Assert.Equal((run[^length].CapturedAt, run[^1].CapturedAt), (window.From, window.To));
            }
        });

    [Fact]
    public void Push_AnyFrames_ReturnsEveryBuffer() =>
        Gen.Select(Frames, Gen.Int[1, 8], Gen.Int[1, 12]).Sample((frames, length, stride) =>
        {
            List<ViewFrame> all = [];
            List<FrameWindow> windows = [];
            double at = 1e6;
            using (var sliding = new SlidingWindow(length, stride, LongestGap))
            {
                foreach (var (step, _) in frames)
                {
                    all.Add(Pictures.Frame(at += step));
                    if (sliding.Push(all[^1]) is { } window)
                        windows.Add(window);
                }
            }
            Assert.All(windows.SelectMany(w => w.Frames), frame => Assert.False(Pictures.IsReleased(frame)));
            windows.ForEach(w => w.Dispose());
            Assert.All(all, frame => Assert.True(Pictures.IsReleased(frame)));
        });

    [Fact]
    public void Push_OneFrameLost_BridgesIt()
    {
        using var sliding = new SlidingWindow(2, 1, LongestGap);
        sliding.Push(Pictures.Frame(0));
        using var window = sliding.Push(Pictures.Frame(2));
        Assert.NotNull(window);
        Assert.Equal(0, sliding.Breaks);
    }

    [Fact]
    public void Push_TwoFramesLost_BreaksSequence()
    {
        using var sliding = new SlidingWindow(2, 1, LongestGap);
        sliding.Push(Pictures.Frame(0));
        Assert.Null(sliding.Push(Pictures.Frame(3)));
        Assert.Equal(1, sliding.Breaks);
    }
}
