// Changes of brightness and contrast of the whole picture.
using CsCheck;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Views;

public sealed class LightChangeTests
{
    [Fact]
    public void Between_GainAndOffsetApplied_FindsThem() =>
        Gen.Select(Gen.Float[0, 255].Array[64], Gen.Double[0.6, 1.9], Gen.Double[-20, 20]).Sample((before, gain, offset) =>
        {
            var change = LightChange.Between(before, [.. before.Select(v => (float)(v * gain + offset))]);
            Assert.All(before, v => Assert.InRange(change.Apply(v) - (v * gain + offset), -0.02, 0.02));
        });

    [Fact]
    public void Between_LightsSwitchedOff_IsBounded() =>
        Assert.Equal(new LightChange(1, -24), LightChange.Between(Enumerable.Repeat(200f, 64).ToArray(), new float[64]));
}
