// A clock that moves when it is asked: every answer is a second later than the one before.
namespace StreamActions.Video.Tests;

/// <summary>The wall clock of another year; timers are real ones.</summary>
internal sealed class AskedTime : TimeProvider
{
    private long _asked;

    public static DateTimeOffset Start { get; } = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

    /// <summary>The newest answer.</summary>
    public DateTimeOffset Last => Start.AddSeconds(Interlocked.Read(ref _asked));

    public override DateTimeOffset GetUtcNow() => Start.AddSeconds(Interlocked.Increment(ref _asked));
}
