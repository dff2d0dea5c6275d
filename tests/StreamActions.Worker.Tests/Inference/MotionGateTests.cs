// Which windows the motion gate skips.
using CsCheck;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class MotionGateTests
{
    // By second: whether something moved, and whether an alert is busy. One window per second covers the two seconds before.
    private static readonly Gen<(bool Moved, bool Busy)[]> Course = Gen.Select(
        Gen.Frequency((12, Gen.Const(false)), (1, Gen.Const(true))),
        Gen.Frequency((8, Gen.Const(false)), (1, Gen.Const(true)))).Array[1, 200];

    [Fact]
    public void IsStill_AnyCourse_SkipsExactlyTheStillWindows() => Course.Sample(course =>
    {
        MotionGate gate = new();
        DateTimeOffset? decided = null;
        int scored = -100, moved = 0;
        for (var second = 0; second < course.Length; second++)
        {
            if (course[second].Moved || second == 0)
                moved = second;
            gate.Frame(At(second), moved == second);
            var still = gate.IsStill(At(second - 2), At(second), decided, course[second].Busy);
            // A window is encoded if it has motion, if an alert is busy, directly after motion, and every half minute.
            var needed = moved >= second - 2 || course[second].Busy || scored - 2 <= moved || second - scored >= 30;
            Assert.Equal(!needed, still);
            if (!still)
                (scored, decided) = (second, At(second));
        }
    });

    [Fact]
    public void IsStill_LastWindowNotDecided_IsFalse()
    {
        MotionGate gate = new();
        gate.Frame(At(0), true);
        Assert.False(gate.IsStill(At(1), At(3), null, false));
        Assert.False(gate.IsStill(At(2), At(4), null, false));
        Assert.False(gate.IsStill(At(3), At(5), At(3), false));
        Assert.True(gate.IsStill(At(4), At(6), At(5), false));
    }

    [Fact]
    public void Restart_NextWindow_IsEncoded()
    {
        MotionGate gate = new();
        gate.Frame(At(0), true);
        gate.IsStill(At(1), At(3), null, false);
        Assert.True(gate.IsStill(At(2), At(4), At(3), false));
        gate.Restart();
        Assert.False(gate.IsStill(At(3), At(5), At(3), false));
    }

    private static DateTimeOffset At(int seconds) => DateTimeOffset.UnixEpoch.AddDays(1).AddSeconds(seconds);
}
