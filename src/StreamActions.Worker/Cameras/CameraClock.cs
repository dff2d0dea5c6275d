// The capture time of a live camera. It never runs backwards, even when the wall clock is set back.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// <para>Gives each frame its capture time at arrival. Time advances with the monotonic clock and is corrected towards the wall clock by at
/// most a tenth. A wall clock that is set back, or a little forward, therefore causes neither times that run backwards nor a gap.</para>
/// <para>When the wall clock is ahead by more than <see cref="LargestLead"/> (wrong at boot, or the machine slept), time jumps to it. No
/// window may span such a jump. Pure: it reads no clock. Not thread safe.</para>
/// </summary>
/// <param name="time">Converts timestamps to time spans.</param>
internal sealed class CameraClock(TimeProvider time)
{
    /// <summary>Time jumps to the wall clock when the wall clock is ahead by more than this.</summary>
    public static readonly TimeSpan LargestLead = TimeSpan.FromSeconds(2);

    private const double LargestCorrection = 0.1;
    private static readonly TimeSpan SmallestStep = TimeSpan.FromTicks(1);
    private (DateTimeOffset At, long Timestamp)? _last;

    /// <summary>The capture time of a frame. It is later than that of every frame before.</summary>
    /// <param name="wall">The wall clock at arrival.</param>
    /// <param name="timestamp"><see cref="TimeProvider.GetTimestamp"/> at arrival.</param>
    /// <param name="jumped">True when time jumped: the difference to earlier times is not the time that really passed.</param>
    public DateTimeOffset Stamp(DateTimeOffset wall, long timestamp, out bool jumped)
    {
        var at = At(wall, timestamp, out jumped);
        _last = (at, Math.Max(timestamp, _last?.Timestamp ?? timestamp));
        return at;
    }

    /// <summary>The camera's time now. Does not change the clock.</summary>
    public DateTimeOffset Peek(DateTimeOffset wall, long timestamp) => At(wall, timestamp, out _);

    private DateTimeOffset At(DateTimeOffset wall, long timestamp, out bool jumped)
    {
        jumped = false;
        if (_last is not { } last)
            return wall;
        var passed = time.GetElapsedTime(last.Timestamp, timestamp);
        if (passed < SmallestStep)
            passed = SmallestStep;
        var lead = wall - (last.At + passed);
        jumped = lead > LargestLead;
        if (jumped)
            return wall;
        var largest = passed * LargestCorrection;
        var correction = lead > largest ? largest : lead < -largest ? -largest : lead;
        return last.At + passed + correction;
    }
}
