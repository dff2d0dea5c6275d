// A thinned camera is watched until its alerts can no longer begin.
using CsCheck;
using StreamActions.Worker.Running;

namespace StreamActions.Worker.Tests.Running;

public sealed class WatchedRateTests
{
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(2.5);

    private static WatchedRate Of(long posted, long replaced = 0, long thinned = 0, long still = 0, int views = 1) =>
        new(new(posted, replaced, 0) { Thinned = thinned, Still = still }, views, 10);

    [Fact]
    public void Windows_OfAllKinds_AddUpToWantedAndDecided()
    {
        WatchedRate rate = new(new(20, 3, 1) { Thinned = 10, Still = 10, Failed = 2 }, 1, 10);
        Assert.Equal((40, 24, 4, 2.4), (rate.Windows.Wanted, rate.Decided, rate.WantedPerSecond, rate.PerSecond));
        Assert.Equal(0.6, rate.Windows.Coverage, 6);
        Assert.True(rate.IsThinned);
    }

    [Fact]
    public void IsTooLow_MostWindowsThinnedButRestCloseEnough_IsFalse()
    {
        // Five windows in ten seconds: one every two seconds.
        Assert.False(Of(5, thinned: 35).IsTooLow(LongestGap));
        Assert.False(Of(20, replaced: 15).IsTooLow(LongestGap));
    }

    [Fact]
    public void IsTooLow_RestTooFarApart_IsTrue()
    {
        Assert.True(Of(3, thinned: 37).IsTooLow(LongestGap));
        Assert.True(Of(20, replaced: 18).IsTooLow(LongestGap));
        // The same number of windows is too few for two views.
        Assert.True(Of(5, thinned: 35, views: 2).IsTooLow(LongestGap));
    }

    [Fact]
    public void IsTooLow_FewWindowsWanted_IsFalse() => Assert.False(Of(1).IsTooLow(LongestGap));

    [Fact]
    public void IsTooLow_StillWindows_CountAsDecided() => Assert.False(Of(1, thinned: 19, still: 18).IsTooLow(LongestGap));

    [Fact]
    public void IsEnough_AnyRate_NeverHoldsTogetherWithTooLow() =>
        Gen.Select(Gen.Long[0, 50], Gen.Long[0, 50], Gen.Long[0, 50], Gen.Int[0, 5]).Sample((posted, replaced, thinned, views) =>
        {
            var rate = Of(posted + replaced, replaced, thinned, views: views);
            Assert.False(rate.IsTooLow(LongestGap) && rate.IsEnough(LongestGap));
        });

    [Fact]
    public void DiffersFrom_SmallChange_IsFalse()
    {
        var rate = Of(20, thinned: 20);
        Assert.True(rate.DiffersFrom(null));
        Assert.False(rate.DiffersFrom(1.6));
        Assert.True(rate.DiffersFrom(1.2));
        Assert.True(rate.DiffersFrom(3.1));
    }
}
