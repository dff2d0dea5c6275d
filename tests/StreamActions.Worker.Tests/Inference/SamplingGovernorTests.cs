// The governor shares capacity fairly, leaves room, does not flap, keeps latency below its limit, and recovers.
using CsCheck;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class SamplingGovernorTests
{
    private static readonly TimeSpan MaxLatency = TimeSpan.FromSeconds(2), Run = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Low = TimeSpan.FromSeconds(0.2), High = TimeSpan.FromSeconds(3);

    private static readonly Gen<List<double>> Wanted = Gen.Double[0.01, 30].List[1, 20];

    private static SamplingGovernor Governor() => new(MaxLatency);

    private static double Used(SamplingGovernor governor, IEnumerable<double> wanted) => wanted.Sum(rate => rate * governor.ShareOf(rate));

    [Fact]
    public void FairRate_AnyDemand_UsesWhatIsAllowedAndGivesAllCamerasTheSame() =>
        Gen.Select(Wanted, Gen.Double[0.1, 300]).Sample((wanted, allowed) =>
        {
            var rate = Governor().FairRate(wanted, allowed);
            if (wanted.Sum() <= allowed)
                Assert.True(double.IsPositiveInfinity(rate) || Math.Abs(wanted.Sum() - allowed) < 1e-6);
            else
                Assert.Equal(allowed, wanted.Sum(w => Math.Min(w, rate)), 6);
        });

    [Fact]
    public void FairRate_MoreAllowedOrLessWanted_GivesNoCameraLess() =>
        Gen.Select(Wanted, Gen.Double[0.1, 300], Gen.Double[0, 50], Gen.Double[0, 1]).Sample((wanted, allowed, more, factor) =>
        {
            var governor = Governor();
            var rate = governor.FairRate(wanted, allowed);
            Assert.True(governor.FairRate(wanted, allowed + more) >= rate - 1e-9);
            List<double> less = [.. wanted];
            less[^1] *= factor;
            Assert.True(governor.FairRate(less, allowed) >= rate - 1e-9);
            Assert.True(governor.FairRate([.. wanted, 1 + more], allowed) <= rate + 1e-9);
        });

    [Fact]
    public void Tick_AnyCourseOfDemandAndCapacity_NeverPlansForMoreThanTheCapacity() =>
        Gen.Select(Wanted, Gen.Double[0.2, 200]).List[1, 40].Sample(course =>
        {
            var governor = Governor();
            foreach (var (wanted, capacity) in course)
            {
                governor.Tick(capacity, wanted, null, Run);
                Assert.InRange(Used(governor, wanted), 0, 0.9 * capacity + 1e-9);
                Assert.All(wanted, rate => Assert.InRange(governor.ShareOf(rate), double.Epsilon, 1));
            }
        });

    [Fact]
    public void Tick_CapacityHoldsAll_TakesEveryStep() =>
        Wanted.Sample(wanted =>
        {
            var governor = Governor();
            for (var tick = 0; tick < 20; tick++)
                governor.Tick(wanted.Sum() / SamplingGovernor.TargetUtilisation + 0.01, wanted, Low, Run);
            Assert.True(double.IsPositiveInfinity(governor.Rate));
        });

    [Fact]
    public void Tick_CapacityUnknown_TakesEveryStep()
    {
        var governor = Governor();
        governor.Tick(double.PositiveInfinity, [1000, 2000], High, Run);
        Assert.Equal(1, governor.ShareOf(2000));
    }

    [Fact]
    public void Tick_LoadFallsAfterOverload_TakesEveryStepAfterCalmTicks()
    {
        var governor = Governor();
        governor.Tick(10, [4, 4, 4, 4], null, Run);
        Assert.Equal(8.5 / 4, governor.Rate, 6);
        for (var tick = 1; tick < SamplingGovernor.CalmTicks; tick++)
        {
            governor.Tick(10, [4], null, Run);
            Assert.Equal(8.5 / 4, governor.Rate, 6);
        }
        governor.Tick(10, [4], null, Run);
        Assert.True(double.IsPositiveInfinity(governor.Rate));
    }

    [Fact]
    public void Tick_CapacityVariesAtTheLimit_RateDoesNotFlap() =>
        Gen.Double[0.97, 1.03].Array[300].Sample(noise =>
        {
            // The demand is what is allowed at the mean capacity.
            var governor = Governor();
            var (changes, before) = (0, governor.Rate);
            foreach (var factor in noise)
            {
                governor.Tick(10 * factor, [8.5 / 4, 8.5 / 4, 8.5 / 4, 8.5 / 4], null, Run);
                changes += governor.Rate == before ? 0 : 1;
                before = governor.Rate;
            }
            Assert.InRange(changes, 0, 1);
        }, iter: 200);

    [Fact]
    public void Tick_LatencyTooHigh_LowersRateBelowCapacityAndRecovers()
    {
        var governor = Governor();
        double[] wanted = [2, 2];
        for (var tick = 0; tick < 3; tick++)
            governor.Tick(6, wanted, High, Run);
        Assert.InRange(Used(governor, wanted), 1, 3);
        for (var tick = 0; tick < 100; tick++)
            governor.Tick(6, wanted, High, Run);
        // A quarter of the planned capacity always remains. The rate may stay 5 % above the fair one.
        Assert.InRange(Used(governor, wanted) / (0.25 * SamplingGovernor.TargetUtilisation * 6), 1, 1.06);
        for (var tick = 0; tick < 40; tick++)
            governor.Tick(6, wanted, Low, Run);
        Assert.True(double.IsPositiveInfinity(governor.Rate));
    }

    [Fact]
    public void Tick_OneRunTakesLongerThanMaxLatency_DoesNotLowerRateForIt()
    {
        // Less load cannot make a run shorter.
        var governor = Governor();
        for (var tick = 0; tick < 50; tick++)
            governor.Tick(1, [0.5], TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2.5));
        Assert.True(double.IsPositiveInfinity(governor.Rate));
    }
}
