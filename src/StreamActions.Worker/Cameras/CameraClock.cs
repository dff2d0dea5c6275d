// The time of a live camera: the wall clock's, but never backwards, whatever the wall clock does.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// Stamps what arrives. Time runs on with the monotonic clock and leans towards the wall clock by at most a tenth, so that a wall clock that is
/// set back, or a little forward, neither turns time back nor makes a pause that never was. A wall clock that is more than
/// <see cref="LargestLead"/> ahead is followed at once (a machine that booted with a wrong clock, or slept): that is a jump, and no window may
/// span it. Pure: not thread safe, and it reads no clock.
/// </summary>
/// <param name="time">What the timestamps count in.</param>
internal sealed class CameraClock(TimeProvider time)
{
    /// <summary>How far the wall clock may be ahead before time jumps to it.</summary>
    public static readonly TimeSpan LargestLead = TimeSpan.FromSeconds(2);

    private const double Lean = 0.1;
    private static readonly TimeSpan Least = TimeSpan.FromTicks(1);
    private (DateTimeOffset At, long Timestamp)? _last;

    /// <summary>The time of something that arrived; later than that of everything stamped before.</summary>
    /// <param name="wall">The wall clock when it arrived.</param>
    /// <param name="timestamp"><see cref="TimeProvider.GetTimestamp"/> when it arrived.</param>
    /// <param name="jumped">True when time jumped: what came before is further away than the times say, or nearer.</param>
    public DateTimeOffset Stamp(DateTimeOffset wall, long timestamp, out bool jumped)
    {
        var at = At(wall, timestamp, out jumped);
        _last = (at, Math.Max(timestamp, _last?.Timestamp ?? timestamp));
        return at;
    }

    /// <summary>The time at a moment, without stamping anything.</summary>
    public DateTimeOffset Peek(DateTimeOffset wall, long timestamp) => At(wall, timestamp, out _);

    private DateTimeOffset At(DateTimeOffset wall, long timestamp, out bool jumped)
    {
        jumped = false;
        if (_last is not { } last)
            return wall;
        var passed = time.GetElapsedTime(last.Timestamp, timestamp);
        if (passed < Least)
            passed = Least;
        var lead = wall - (last.At + passed);
        jumped = lead > LargestLead;
        if (jumped)
            return wall;
        var lean = passed * Lean;
        return last.At + passed + (lead > lean ? lean : lead < -lean ? -lean : lead);
    }
}
