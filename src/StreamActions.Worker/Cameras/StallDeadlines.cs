// How long frames may stay away.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>The deadlines of one opening.</summary>
/// <param name="Start">Longest wait for the first frame.</param>
/// <param name="Due">Without a frame for so long, a camera counts as stalled.</param>
/// <param name="Steady">Without a frame for so long, its reader is stopped and it is opened again.</param>
internal sealed record StallDeadlines(TimeSpan Start, TimeSpan Due, TimeSpan Steady)
{
    /// <summary>Seconds for cameras, more for recordings: decoding may be slow, and nobody is missed meanwhile.</summary>
    /// <param name="kind">What is read.</param>
    /// <param name="sampleFps">Frames wanted per second: of a slowly sampled camera, few are due.</param>
    public static StallDeadlines For(SourceKind kind, double sampleFps)
    {
        var (start, due, steady) = kind == SourceKind.File ? (60, 10, 60) : (10, 2, 5);
        return new(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(Math.Max(due, 2 / sampleFps)), TimeSpan.FromSeconds(Math.Max(steady, 3 / sampleFps)));
    }
}
