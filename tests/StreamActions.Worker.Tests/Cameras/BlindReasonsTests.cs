// A camera is blind while any reason holds; each change is published once.
using CsCheck;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class BlindReasonsTests
{
    private static readonly string[] Reasons = [BlindReason.Offline, BlindReason.Frozen, BlindReason.Black, BlindReason.Overload];

    [Fact]
    public void AddAndRemove_AnyOrder_ReportsNewReasonsAndRemovalOfLastOne() =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 5]).Array[0, 60].Sample(steps =>
        {
            BlindReasons blind = new();
            Dictionary<string, int> since = [];
            Dictionary<string, double> counted = Reasons.ToDictionary(r => r, _ => 0.0), expected = Reasons.ToDictionary(r => r, _ => 0.0);
            var now = 0;
            foreach (var (index, add, passed) in steps)
            {
                now += passed;
                var reason = Reasons[index];
                foreach (var held in since.Keys)
                    expected[held] += passed;
                foreach (var (held, time) in blind.Count(At(now)))
                    counted[held] += time.TotalSeconds;
                if (add)
                {
                    Assert.Equal(since.TryAdd(reason, now), blind.Add(reason, At(now)));
                }
                else
                {
                    var last = since.Remove(reason) && since.Count == 0;
                    Assert.Equal(last, blind.Remove(reason));
                }
                Assert.Equal(since.Count > 0, blind.IsBlind);
            }
            Assert.Equal(expected, counted);
        });

    private static DateTimeOffset At(int seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
