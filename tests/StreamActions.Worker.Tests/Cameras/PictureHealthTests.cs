// Frozen, black and corrupt pictures: when each is reported, when not, and when it ends.
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class PictureHealthTests
{
    private static readonly PictureHealthOptions TenSeconds = new(Seconds(10), Seconds(10), Seconds(10));
    private static readonly PictureStatistics
        Street = new(0, 110, 50, 8), Night = new(0, 9, 20, 3), Dark = new(0, 6, 1, 0.3), Covered = new(0, 120, 3, 0.2);


    private readonly List<(double At, string Reason, bool Blind)> _changes = [];
    private ulong _next = 1;
    private double _now;
    private long _errors;

    [Fact]
    public void Add_SamePictureForTenSeconds_IsFrozenUntilItChangesForTwo()
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 5, Street);
        Play(health, 9, Street, same: true);
        Assert.Empty(_changes);
        Assert.False(health.Withholds);
        Play(health, 3, Street, same: true);
        Assert.True(health.Withholds);
        Play(health, 0.25, Street);
        Assert.False(health.Withholds);
        // One new picture, such as a key frame, is not enough.
        Play(health, 1, Street, same: true);
        Assert.True(health.Withholds);
        Play(health, 5, Street);
        Assert.Equal([(15, "frozen", true), (20.25, "frozen", false)], _changes);
    }

    [Fact]
    public void Add_StillSceneWithRareChanges_IsNotFrozen()
    {
        PictureHealth health = new(TenSeconds);
        for (var i = 0; i < 20; i++)
        {
            Play(health, 9, Street, same: true);
            Play(health, 0.25, Street);
        }
        Assert.Empty(_changes);
    }

    [Theory]
    [InlineData("dark", true)]
    [InlineData("covered", true)]
    [InlineData("night", false)]
    [InlineData("street", false)]
    public void Add_TenSeconds_IsBlackIfDarkOrWithoutStructure(string picture, bool black)
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 11, picture switch { "dark" => Dark, "covered" => Covered, "night" => Night, _ => Street });
        Assert.Equal(black, health.Withholds);
        Play(health, 5, Street);
        Assert.Equal(black ? [("black", true), ("black", false)] : [], _changes.Select(t => (t.Reason, t.Blind)));
    }

    [Fact]
    public void Add_BlackThenSlightlyBrighter_StaysBlack()
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 11, Dark);
        Play(health, 30, Dark with { Brightness = 26 });
        Assert.True(health.Withholds);
        Assert.Equal((10, "black", true), Assert.Single(_changes));
    }

    [Fact]
    public void Add_DecodeErrorsEverySecond_IsCorruptButNotWithheld()
    {
        PictureHealth health = new(TenSeconds);
        for (var i = 0; i < 12; i++)
        {
            _errors++;
            Play(health, 1, Street);
        }
        Assert.False(health.Withholds);
        Play(health, 10, Street);
        // The last error, at 11 s, counts for two seconds. The state ends two seconds later.
        Assert.Equal([(10, "corrupt", true), (15, "corrupt", false)], _changes);
    }

    [Fact]
    public void Add_DecodeErrorsEveryThreeSeconds_IsNotCorrupt()
    {
        PictureHealth health = new(TenSeconds);
        for (var i = 0; i < 20; i++)
        {
            _errors += 50;
            Play(health, 3, Street);
        }
        Assert.Empty(_changes);
    }

    [Fact]
    public void Add_CheckDisabled_ReportsNothing()
    {
        PictureHealth health = new(new(null, null, Seconds(10)));
        Play(health, 60, Dark, same: true);
        Assert.Empty(_changes);
        Assert.False(health.Withholds);
    }

    [Fact]
    public void Interrupt_BetweenEqualPictures_DoesNotCountTheGap()
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 5, Street, same: true);
        _now += 3600;
        health.Interrupt();
        Play(health, 9, Street, same: true);
        Assert.Empty(_changes);
        Play(health, 2, Street, same: true);
        Assert.Equal("frozen", Assert.Single(_changes).Reason);
    }

    // Four pictures a second for this time.
    private void Play(PictureHealth health, double seconds, PictureStatistics picture, bool same = false)
    {
        for (var end = _now + seconds; _now < end; _now += 0.25)
        {
            _next += same ? 0u : 1;
            foreach (var change in health.Add(DateTimeOffset.UnixEpoch.AddSeconds(_now), picture with { Fingerprint = _next }, _errors))
                _changes.Add((_now, change.Reason, change.Blind));
        }
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
