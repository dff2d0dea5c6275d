// A state changes only after its condition has changed for some time.
using CsCheck;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class SustainedStateTests
{
    // Seconds since the observation before, and whether the condition holds.
    private static readonly Gen<(int Step, bool Holds)[]> Courses =
        Gen.Select(Gen.Int[1, 4], Gen.Frequency((3, Gen.Bool), (1, Gen.Const(true)))).Array[1, 80];

    [Fact]
    public void Add_AnyCourse_ChangesExactlyAfterConditionDifferedForWholeTime() =>
        Gen.Select(Courses, Gen.Int[0, 6], Gen.Int[0, 6]).Sample((course, enter, exit) =>
        {
            SustainedState state = new(TimeSpan.FromSeconds(enter), TimeSpan.FromSeconds(exit));
            var (now, on) = (0, false);
            List<(int At, bool Holds)> seen = [];
            foreach (var (step, holds) in course)
            {
                now += step;
                seen.Add((now, holds));
                // The latest observations in which the condition differs from the state.
                var differing = seen.AsEnumerable().Reverse().TakeWhile(s => s.Holds != on).ToArray();
                var changes = differing.Length > 0 && now - differing[^1].At >= (on ? exit : enter);
                Assert.Equal(changes, state.Add(DateTimeOffset.UnixEpoch.AddSeconds(now), holds));
                if (changes)
                {
                    on = !on;
                    seen.Clear();
                }
                Assert.Equal(on, state.IsOn);
            }
        });

    [Fact]
    public void Interrupt_ChangePending_StartsAgain()
    {
        SustainedState state = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        state.Add(DateTimeOffset.UnixEpoch, true);
        state.Interrupt();
        Assert.False(state.Add(DateTimeOffset.UnixEpoch.AddSeconds(3600), true));
        Assert.True(state.Add(DateTimeOffset.UnixEpoch.AddSeconds(3610), true));
    }
}
