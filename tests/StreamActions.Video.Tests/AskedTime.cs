// A clock that moves by a second each time it is read.
namespace StreamActions.Video.Tests;

/// <summary>The wall clock of another year. Timers are real.</summary>
internal sealed class AskedTime : TimeProvider
{
    private long _asked;

    public static DateTimeOffset Start { get; } = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

    /// <summary>The time that was read last.</summary>
    public DateTimeOffset Last => Start.AddSeconds(Interlocked.Read(ref _asked));

    public override DateTimeOffset GetUtcNow() => Start.AddSeconds(Interlocked.Increment(ref _asked));
}
