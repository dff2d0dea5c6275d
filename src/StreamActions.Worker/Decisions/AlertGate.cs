// When an action begins, goes on and ends: pure, time and score in, transitions out.
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Decisions;

/// <summary>A step in an event's life.</summary>
/// <param name="Phase">Begin, update or end.</param>
/// <param name="Sequence">0 for the begin, then rising by one.</param>
/// <param name="Time">Capture time at which it was decided.</param>
/// <param name="BeganAt">Capture time at which the score first held.</param>
/// <param name="EndedAt">Capture time at which the score fell, for an end.</param>
/// <param name="Score">Score at <paramref name="Time"/>.</param>
/// <param name="Peak">Highest score since the begin.</param>
internal readonly record struct GateTransition(
    ActionPhase Phase, int Sequence, DateTimeOffset Time, DateTimeOffset BeganAt, DateTimeOffset? EndedAt, double Score, double Peak);

/// <summary>
/// Hysteresis in score and in time. An event begins when the score was at or above <c>enter</c> for <c>begin-after</c> (dips shorter than
/// <c>merge-gap</c> do not count), and ends when it was below <c>exit</c> for <c>end-after</c>, or when nothing was seen for as long. After an
/// event that was published, the next may begin <c>cooldown</c> later at the earliest: the caller says with <see cref="Retract"/> that a begin
/// was not published.
/// </summary>
/// <param name="alert">Its thresholds and times.</param>
/// <param name="interval">Camera time from one score to the next while all is well; zero when scores come often.</param>
internal sealed class AlertGate(AlertOptions alert, TimeSpan interval = default)
{
    // Longer is a pause: two scores are missing, or many where they come often.
    private readonly TimeSpan _pause = TimeSpan.FromSeconds(Math.Max(2, 2.5 * interval.TotalSeconds));
    private DateTimeOffset? _last, _pendingSince, _dipSince, _belowSince, _quietUntil;
    private DateTimeOffset _beganAt, _nextUpdate;
    private double _peak, _score;
    private int _sequence;
    private bool _active;

    /// <summary>True while an event lasts.</summary>
    public bool IsActive => _active;

    /// <summary>True while an event lasts, or may be about to begin.</summary>
    public bool IsBusy => _active || _pendingSince is not null;

    /// <summary>Capture time of the newest score.</summary>
    public DateTimeOffset? LastSeen => _last;

    /// <summary>Takes a score.</summary>
    /// <param name="time">Capture time; a time that is not newer than the last one is ignored.</param>
    /// <param name="score">Smoothed score in [0, 1].</param>
    /// <param name="watching">False outside the alert's schedule: nothing begins, and what lasts ends.</param>
    /// <returns>At most an end followed by a begin.</returns>
    public IReadOnlyList<GateTransition> Add(DateTimeOffset time, double score, bool watching)
    {
        if (time <= _last)
            return [];
        List<GateTransition> transitions = [];
        if (_last is { } last && time - last > _pause)
        {
            // Nobody watched in between: nothing is half begun, and what is open ended when it fell or was last seen.
            if (!_active)
                (_pendingSince, _dipSince) = (null, null);
            else if (time - last >= alert.EndAfter)
                transitions.Add(End(time, _belowSince ?? last));
        }
        (_last, _score) = (time, score);
        if (_active)
        {
            if (Continue(time, watching ? score : 0) is { } transition)
                transitions.Add(transition);
        }
        else if (Wait(time, score, watching) is { } begin)
        {
            transitions.Add(begin);
        }
        return transitions;
    }

    /// <summary>Ends an open event when nothing has been seen up to a time for <c>end-after</c>.</summary>
    public GateTransition? Lapse(DateTimeOffset time) =>
        _active && _last is { } last && time - last >= alert.EndAfter ? End(time, _belowSince ?? last) : null;

    /// <summary>Ends an open event because its recording is over.</summary>
    public GateTransition? Finish() => _active ? End(_last!.Value, _belowSince ?? _last.Value) : null;

    /// <summary>The begin could not be published: there is no event, and no cooldown after it.</summary>
    public void Retract()
    {
        _active = false;
        (_pendingSince, _dipSince) = (null, null);
    }

    private GateTransition? Wait(DateTimeOffset time, double score, bool watching)
    {
        if (!watching)
        {
            (_pendingSince, _dipSince) = (null, null);
            return null;
        }
        if (_pendingSince is not null && (_dipSince ?? (score < alert.Enter ? time : null)) is { } dip && time - dip >= alert.MergeGap)
            _pendingSince = null;
        if (score < alert.Enter)
        {
            _dipSince = _pendingSince is null ? null : _dipSince ?? time;
            return null;
        }
        _dipSince = null;
        _peak = _pendingSince is null ? score : Math.Max(_peak, score);
        _pendingSince ??= time;
        if (time - _pendingSince < alert.BeginAfter || time < _quietUntil)
            return null;
        (_active, _beganAt, _sequence, _belowSince) = (true, _pendingSince.Value, 0, null);
        _nextUpdate = time + alert.UpdateEvery;
        return new(ActionPhase.Begin, 0, time, _beganAt, null, score, _peak);
    }

    private GateTransition? Continue(DateTimeOffset time, double score)
    {
        _peak = Math.Max(_peak, score);
        if (score >= alert.Exit)
        {
            _belowSince = null;
        }
        else
        {
            _belowSince ??= time;
            if (time - _belowSince >= alert.EndAfter)
                return End(time, _belowSince.Value);
        }
        if (time < _nextUpdate)
            return null;
        _nextUpdate = time + alert.UpdateEvery;
        return new(ActionPhase.Update, ++_sequence, time, _beganAt, null, score, _peak);
    }

    private GateTransition End(DateTimeOffset time, DateTimeOffset endedAt)
    {
        (_active, _pendingSince, _dipSince) = (false, null, null);
        _quietUntil = endedAt + alert.Cooldown;
        return new(ActionPhase.End, ++_sequence, time, _beganAt, endedAt, _score, _peak);
    }
}
