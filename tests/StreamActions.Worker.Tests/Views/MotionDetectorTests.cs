// Motion and its absence, on drawn thumbnails.
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Views;

public sealed class MotionDetectorTests
{
    private const int Side = LumaThumbnail.Side;
    private readonly Random _random = new(1);
    private readonly float[] _room = new float[LumaThumbnail.Cells], _luma = new float[LumaThumbnail.Cells];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public MotionDetectorTests()
    {
        // Draw walls, a floor and some furniture.
        for (var i = 0; i < _room.Length; i++)
            _room[i] = (i / Side < 20 ? 150 : 80) + (i % Side is > 5 and < 9 ? -60 : 0);
    }

    [Fact]
    public void Moved_FirstThumbnail_IsTrue() => Assert.True(Step(new(1)));

    [Fact]
    public void Moved_KnownSensorNoise_IsFalse()
    {
        MotionDetector motion = new(1);
        Settle(motion, noise: 1.5);
        Assert.Equal(0, Count(motion, 400, noise: 1.5));
    }

    [Fact]
    public void Moved_NoiseCouldHidePerson_IsTrue()
    {
        // With this noise the detector could miss a person, so it calls no thumbnail still.
        MotionDetector motion = new(1);
        Settle(motion, noise: 2.5);
        Assert.Equal(100, Count(motion, 100, noise: 2.5));
    }

    [Fact]
    public void Moved_SmallPersonInNoise_IsTrueAtFirstStep()
    {
        MotionDetector motion = new(1);
        Settle(motion, noise: 1);
        // The person covers half of one cell and is a third darker than the floor.
        Assert.True(Step(motion, noise: 1, draw: luma => luma[25 * Side + 20] -= 13));
    }

    [Fact]
    public void Moved_SlowPerson_IsTrueBeforeCellIsCrossed()
    {
        MotionDetector motion = new(1);
        Settle(motion, noise: 0.3);
        var steps = 0;
        for (var covered = 0.0; covered <= 1; covered += 0.02, steps++)
        {
            // A contrast of 50 levels crosses one cell in about twelve seconds.
            var levels = (float)(50 * covered);
            if (Step(motion, noise: 0.3, draw: luma => luma[25 * Side + 20] -= levels))
                break;
        }
        Assert.InRange(steps, 1, 12);
    }

    [Fact]
    public void Moved_FlickeringLight_IsFalse()
    {
        MotionDetector motion = new(1);
        Settle(motion, noise: 0.3);
        var phase = 0.0;
        Assert.Equal(0, Count(motion, 400, noise: 0.3, gain: () => 1 + 0.05 * Math.Sin(phase += 1.9)));
    }

    [Fact]
    public void Moved_SlowSunset_IsFalse()
    {
        MotionDetector motion = new(1);
        Settle(motion, noise: 0.3);
        var light = 1.0;
        // Brightness falls to half in ten minutes.
        Assert.Equal(0, Count(motion, 2400, noise: 0.3, gain: () => light *= 0.9997));
    }

    [Fact]
    public void Moved_LeavesInWind_IsTrueOnlyForPersonBesideThem()
    {
        MotionDetector motion = new(1);
        Action<float[]> leaves = luma => luma[3 * Side + 3] += _random.Next(-6, 7);
        for (var i = 0; i < 600; i++)
            Step(motion, noise: 0.3, draw: leaves);
        Assert.InRange(Count(motion, 400, noise: 0.3, draw: leaves), 0, 4);
        Assert.True(Step(motion, noise: 0.3, draw: luma => luma[25 * Side + 20] -= 13));
    }

    [Fact]
    public void Moved_PersonAlwaysInSameCell_StaysTrue()
    {
        MotionDetector motion = new(1);
        Action<float[]> cashier = luma => luma[15 * Side + 15] -= _random.Next(2) * 40;
        for (var i = 0; i < 4 * 3600; i++)
            Step(motion, noise: 0.3, draw: cashier);
        Assert.True(Count(motion, 400, noise: 0.3, draw: cashier) > 100);
    }

    [Fact]
    public void Moved_NewObjectStays_IsTrueOnce()
    {
        MotionDetector motion = new(1);
        Settle(motion, noise: 0.3);
        Assert.Equal(1, Count(motion, 100, noise: 0.3, draw: luma => luma[25 * Side + 20] = 200));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(0.5, true)]
    public void Moved_Factor_ScalesThresholds(double factor, bool moved)
    {
        MotionDetector motion = new(factor);
        Settle(motion, noise: 0);
        Assert.Equal(moved, Step(motion, draw: luma => luma[500] += 5));
        Restore(motion);
        Assert.Equal(factor < 1, Step(motion, draw: luma => luma[500] += 2));
    }

    private void Restore(MotionDetector motion)
    {
        motion.Restart();
        Step(motion);
    }

    private void Settle(MotionDetector motion, double noise)
    {
        for (var i = 0; i < 400; i++)
            Step(motion, noise);
    }

    private int Count(MotionDetector motion, int steps, double noise, Func<double>? gain = null, Action<float[]>? draw = null)
    {
        var moved = 0;
        for (var i = 0; i < steps; i++)
            moved += Step(motion, noise, gain, draw) ? 1 : 0;
        return moved;
    }

    // A thumbnail, a quarter of a second after the last.
    private bool Step(MotionDetector motion, double noise = 0, Func<double>? gain = null, Action<float[]>? draw = null)
    {
        _room.CopyTo(_luma, 0);
        draw?.Invoke(_luma);
        var factor = gain?.Invoke() ?? 1;
        for (var i = 0; i < _luma.Length; i++)
            _luma[i] = (float)(_luma[i] * factor + (noise > 0 ? noise * Gaussian() : 0));
        return motion.Moved(_now += TimeSpan.FromSeconds(0.25), _luma);
    }

    private double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
