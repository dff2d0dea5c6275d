// The part of a recording to read.
namespace StreamActions.Video;

/// <summary>A part of a recording, sampled.</summary>
/// <param name="SampleFps">Frames per second of the recording's time, in (0, 120].</param>
public sealed record RecordingPart(double SampleFps)
{
    /// <summary>Start of the part.</summary>
    public TimeSpan From { get; init; }

    /// <summary>Length of the part; null reads to the end.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>Largest number of frames; reading stops there.</summary>
    public int MostFrames { get; init; } = int.MaxValue;
}
