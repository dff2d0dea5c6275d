// A state that holds on.
using CsCheck;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class SustainedStateTests
{
    [Fact]
    public void Add_AnyCourse_ChangesExactlyAfterTheWholeTimeOfTheOther() =>
        Gen.Select(Gen.Select(Gen.Int[1, 4], Gen.Frequency((3, Gen.Bool), (1, Gen.Const(true)))).Array[1, 80], Gen.Int[0, 6], Gen.Int[0, 6]).Sample((course, enter, exit) =>
        {
            SustainedState state = new(TimeSpan.FromSeconds(enter), TimeSpan.FromSeconds(exit));
            var (now, on) = (0, false);
            List<(int At, bool Holds)> seen = [];
            foreach (var (step, holds) in course)
            {
                now += step;
                seen.Add((now, holds));
                // The newest stretch in which the condition is other than the state.
                var stretch = seen.AsEnumerable().Reverse().TakeWhile(s => s.Holds != on).ToArray();
                var changes = stretch.Length > 0 && now - stretch[^1].At >= (on ? exit : enter);
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
    public void Interrupt_WhileChanging_StartsAnew()
    {
        SustainedState state = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        state.Add(DateTimeOffset.UnixEpoch, true);
        state.Interrupt();
        Assert.False(state.Add(DateTimeOffset.UnixEpoch.AddSeconds(3600), true));
        Assert.True(state.Add(DateTimeOffset.UnixEpoch.AddSeconds(3610), true));
    }
}
