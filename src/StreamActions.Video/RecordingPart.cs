// Which frames of a recording are read.
namespace StreamActions.Video;

/// <summary>A part of a recording, sampled.</summary>
/// <param name="SampleFps">Frames per second of the recording's time, in (0, 120].</param>
public sealed record RecordingPart(double SampleFps)
{
    /// <summary>Where it begins.</summary>
    public TimeSpan From { get; init; }

    /// <summary>How long it is; null reads to the end.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>Most frames that are read; reading stops there.</summary>
    public int MostFrames { get; init; } = int.MaxValue;
}
