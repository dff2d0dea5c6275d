// Recognises a camera that opens again and again but does not hold. Pure, no clock.
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Hysteresis of the state <c>live</c>. After <see cref="ShortLives"/> openings in a row that gave frames for less than
/// <see cref="ShortLife"/>, an opening counts as live only after frames have arrived for <see cref="HoldFor"/>. A source that is no stream
/// (one picture, a recording) must hold for <see cref="HoldForNoStream"/>. An opening that holds ends this.
/// </summary>
internal sealed class Flapping
{
    /// <summary>A life below this is short.</summary>
    public static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(8);

    /// <summary>How long frames must arrive before a flapping camera is live.</summary>
    public static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(10);

    /// <summary>The same for a source that is no stream.</summary>
    public static readonly TimeSpan HoldForNoStream = TimeSpan.FromSeconds(60);

    /// <summary>Short lives in a row after which a camera flaps.</summary>
    public const int ShortLives = 3;

    private int _short;
    private bool _isNoStream;

    /// <summary>How long frames must arrive before the camera is live; zero for a camera that does not flap.</summary>
    public TimeSpan Hold => _isNoStream ? HoldForNoStream : _short >= ShortLives ? HoldFor : TimeSpan.Zero;

    /// <summary>An opening ended.</summary>
    /// <param name="liveFor">How long frames arrived; null without a frame, which says nothing about holding.</param>
    /// <param name="error">Why it ended.</param>
    public void Ended(TimeSpan? liveFor, Exception? error)
    {
        if (liveFor is not { } life)
            return;
        var required = Hold > ShortLife ? Hold : ShortLife;
        _short = life < required ? _short + 1 : 0;
        _isNoStream = error is SourceException { Failure: SourceFailure.NoStream };
    }
}
