// Decides when an event begins and ends: hysteresis in score and in time. Pure: times and scores in, transitions out.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Alerts;

/// <summary>
/// An event begins when the score was at or above <c>threshold</c> for <c>begin-after</c>; dips shorter than <c>merge-gap</c> do not
/// count. It ends when the score was below <c>exit</c> for <c>end-after</c>, or when no score arrived for that time. The next event may
/// begin <c>cooldown</c> after the end of the last one. An event whose begin was not stored starts no cooldown: see <see cref="Retract"/>.
/// </summary>
/// <param name="alert">Thresholds and times.</param>
/// <param name="interval">Expected camera time from one score to the next; zero if unknown; below 0.8 s it has no effect.</param>
internal sealed class AlertGate(AlertOptions alert, TimeSpan interval = default)
{
    private readonly TimeSpan _maxGap = LongestGap(interval);
    private DateTimeOffset? _last, _pendingSince, _dipSince, _belowSince, _cooldownUntil, _previousCooldownUntil;
    private DateTimeOffset _beganAt, _nextUpdate;
    private double _peak, _score;
    private int _sequence;
    private bool _active;

    /// <summary>The longest gap between two scores. A longer one is a pause, after which a pending begin starts anew.</summary>
    /// <param name="interval">Expected camera time from one score to the next: a gap misses at least two of them.</param>
    public static TimeSpan LongestGap(TimeSpan interval) => TimeSpan.FromSeconds(Math.Max(2, 2.5 * interval.TotalSeconds));

    /// <summary>True while an event is open.</summary>
    public bool IsActive => _active;

    /// <summary>True while an event is open or a begin is pending.</summary>
    public bool IsBusy => _active || _pendingSince is not null;

    /// <summary>Capture time of the newest score.</summary>
    public DateTimeOffset? LastSeen => _last;

    /// <summary>Takes a score.</summary>
    /// <param name="time">Capture time. The gate ignores a score whose time is not newer than the last.</param>
    /// <param name="score">Smoothed score in [0, 1].</param>
    /// <param name="scheduled">False outside the alert's schedule: no event begins, and an open one ends.</param>
    /// <returns>At most an end followed by a begin.</returns>
    public IReadOnlyList<GateTransition> Add(DateTimeOffset time, double score, bool scheduled)
    {
        if (time <= _last)
            return [];
        // Most scores change nothing, so the list is made only when they do.
        List<GateTransition>? transitions = null;
        if (_last is { } last && time - last > _maxGap)
        {
            // After a gap, drop a pending begin. An open event ended when its score fell, or else with the last score.
            if (!_active)
                (_pendingSince, _dipSince) = (null, null);
            else if (time - last >= alert.EndAfter)
                transitions = [End(time, _belowSince ?? last)];
        }
        (_last, _score) = (time, score);
        if (_active)
        {
            if (AddWhileOpen(time, scheduled ? score : 0) is { } transition)
                (transitions ??= []).Add(transition);
        }
        else if (AddWhileIdle(time, score, scheduled) is { } begin)
        {
            (transitions ??= []).Add(begin);
        }
        return transitions ?? (IReadOnlyList<GateTransition>)[];
    }

    /// <summary>Ends an open event if this capture time is <c>end-after</c> or more after the last score.</summary>
    public GateTransition? Lapse(DateTimeOffset time) =>
        _active && _last is { } last && time - last >= alert.EndAfter ? End(time, _belowSince ?? last) : null;

    /// <summary>Ends an open event at the end of its recording.</summary>
    public GateTransition? Finish() => _active ? End(_last!.Value, _belowSince ?? _last.Value) : null;

    /// <summary>Cancels the last begin, which was not stored, and its cooldown. Its end may already be decided.</summary>
    public void Retract()
    {
        if (_active)
            (_pendingSince, _dipSince) = (null, null);
        else
            _cooldownUntil = _previousCooldownUntil;
        _active = false;
    }

    private GateTransition? AddWhileIdle(DateTimeOffset time, double score, bool scheduled)
    {
        if (!scheduled)
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
        if (time - _pendingSince < alert.BeginAfter || time < _cooldownUntil)
            return null;
        (_active, _beganAt, _sequence, _belowSince) = (true, _pendingSince.Value, 0, null);
        _nextUpdate = time + alert.UpdateEvery;
        return new(ActionPhase.Begin, 0, time, _beganAt, null, score, _peak);
    }

    private GateTransition? AddWhileOpen(DateTimeOffset time, double score)
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
        _previousCooldownUntil = _cooldownUntil;
        _cooldownUntil = endedAt + alert.Cooldown;
        return new(ActionPhase.End, ++_sequence, time, _beganAt, endedAt, _score, _peak);
    }
}
