// The times of a live stream's frames: the stream's own clock where it is plausible, else arrival.
using System.Globalization;

namespace StreamActions.Video;

/// <summary>The times of the frames of one reader. Not thread safe: it belongs to the reading thread.</summary>
/// <param name="options">The source. Its findings and <see cref="SourceOptions.OnDegraded"/> learn of a wrong clock.</param>
/// <param name="time">The clock of arrival.</param>
internal sealed class LiveTimes(SourceOptions options, TimeProvider time)
{
    private readonly StreamClock _clock = new();
    private readonly ClockJudge _judge = new();
    private readonly long _began = time.GetTimestamp();
    private (TimeSpan Stamp, TimeSpan Arrival)? _first;

    /// <summary>Whether this reader found that the stream's clock is wrong. It must be started again.</summary>
    public bool ClockIsWrong { get; private set; }

    /// <summary>Stamped time per time of arrival since the first frame; 1 without stamps, or for less than two stamped seconds.</summary>
    public double ReadAtRate { get; private set; } = 1;

    /// <summary>Takes the stamp of the frame that has just arrived.</summary>
    /// <returns>The time from its capture to its arrival; zero where only its arrival is known.</returns>
    public TimeSpan Take(ReaderProcess child)
    {
        var stamp = child.TakeStamp();
        if (child.HasClock && stamp is { } at)
            Measure(at, time.GetElapsedTime(_began));
        return child.HasClock && !options.Findings.ClockIsWrong && stamp is { } known
            ? Take(known, time.GetElapsedTime(_began))
            : TimeSpan.Zero;
    }

    private void Measure(TimeSpan stamp, TimeSpan arrival)
    {
        _first ??= (stamp, arrival);
        var (stamped, arrived) = (stamp - _first.Value.Stamp, arrival - _first.Value.Arrival);
        if (stamped >= TimeSpan.FromSeconds(2))
            ReadAtRate = stamped.TotalSeconds / Math.Max(0.001, arrived.TotalSeconds);
    }

    /// <summary>Takes a stamp with its arrival.</summary>
    internal TimeSpan Take(TimeSpan stamp, TimeSpan arrival)
    {
        if (_judge.IsWrong(stamp, arrival))
        {
            ClockIsWrong = options.Findings.ClockIsWrong = true;
            var rate = _judge.Rate.ToString("0.00", CultureInfo.InvariantCulture);
            options.OnDegraded?.Invoke(SourceFailure.WrongClock,
                $"{options.Shown}: the stream's clock runs at {rate} times the real rate; frames take their time of arrival");
        }
        return _clock.Delay(stamp, arrival);
    }
}
