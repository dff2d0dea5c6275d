// Frozen, black and corrupt pictures: when it is said, when not, and when it is over.
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class PictureHealthTests
{
    private static readonly PictureHealthOptions TenSeconds = new(Seconds(10), Seconds(10), Seconds(10));
    private static readonly PictureFacts Street = new(0, 110, 50, 8), Night = new(0, 9, 20, 3), Dark = new(0, 6, 1, 0.3), Covered = new(0, 120, 3, 0.2);

    private readonly List<(double At, string Reason, bool Blind)> _told = [];
    private ulong _next = 1;
    private double _now;
    private long _errors;

    [Fact]
    public void Add_SamePictureForTenSeconds_IsFrozenUntilItMovesForTwo()
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 5, Street);
        Play(health, 9, Street, same: true);
        Assert.Empty(_told);
        Assert.False(health.Withholds);
        Play(health, 3, Street, same: true);
        Assert.True(health.Withholds);
        Play(health, 0.25, Street);
        Assert.False(health.Withholds);
        // One new picture, such as a key frame, is no life.
        Play(health, 1, Street, same: true);
        Assert.True(health.Withholds);
        Play(health, 5, Street);
        Assert.Equal([(15, "frozen", true), (20.25, "frozen", false)], _told);
    }

    [Fact]
    public void Add_StillSceneWithAChangeNowAndThen_IsNotFrozen()
    {
        PictureHealth health = new(TenSeconds);
        for (var i = 0; i < 20; i++)
        {
            Play(health, 9, Street, same: true);
            Play(health, 0.25, Street);
        }
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData("dark", true)]
    [InlineData("covered", true)]
    [InlineData("night", false)]
    [InlineData("street", false)]
    public void Add_TenSecondsOf_IsBlackWhenThereIsNothingToSee(string what, bool black)
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 11, what switch { "dark" => Dark, "covered" => Covered, "night" => Night, _ => Street });
        Assert.Equal(black, health.Withholds);
        Play(health, 5, Street);
        Assert.Equal(black ? [("black", true), ("black", false)] : [], _told.Select(t => (t.Reason, t.Blind)));
    }

    [Fact]
    public void Add_BarelyBrighterThanBlack_IsStillBlack()
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 11, Dark);
        Play(health, 30, Dark with { Brightness = 26 });
        Assert.True(health.Withholds);
        Assert.Equal((10, "black", true), Assert.Single(_told));
    }

    [Fact]
    public void Add_DamageAgainAndAgain_IsCorruptButLookedAt()
    {
        PictureHealth health = new(TenSeconds);
        for (var i = 0; i < 12; i++)
        {
            _errors++;
            Play(health, 1, Street);
        }
        Assert.False(health.Withholds);
        Play(health, 10, Street);
        // The last damage, at 11 s, counts for two, and then two seconds must pass.
        Assert.Equal([(10, "corrupt", true), (15, "corrupt", false)], _told);
    }

    [Fact]
    public void Add_DamageNowAndThen_IsNotCorrupt()
    {
        PictureHealth health = new(TenSeconds);
        for (var i = 0; i < 20; i++)
        {
            _errors += 50;
            Play(health, 3, Street);
        }
        Assert.Empty(_told);
    }

    [Fact]
    public void Add_SwitchedOff_SaysNothing()
    {
        PictureHealth health = new(new(null, null, Seconds(10)));
        Play(health, 60, Dark, same: true);
        Assert.Empty(_told);
        Assert.False(health.Withholds);
    }

    [Fact]
    public void Interrupt_BetweenEqualPictures_DoesNotCountThePause()
    {
        PictureHealth health = new(TenSeconds);
        Play(health, 5, Street, same: true);
        _now += 3600;
        health.Interrupt();
        Play(health, 9, Street, same: true);
        Assert.Empty(_told);
        Play(health, 2, Street, same: true);
        Assert.Equal("frozen", Assert.Single(_told).Reason);
    }

    // Four pictures a second for so long.
    private void Play(PictureHealth health, double seconds, PictureFacts picture, bool same = false)
    {
        for (var end = _now + seconds; _now < end; _now += 0.25)
        {
            _next += same ? 0u : 1;
            foreach (var change in health.Add(DateTimeOffset.UnixEpoch.AddSeconds(_now), picture with { Fingerprint = _next }, _errors))
                _told.Add((_now, change.Reason, change.Blind));
        }
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
