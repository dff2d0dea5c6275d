// The two ways to sample a clip from a recording (docs/model.md §4).
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Which frames of a recording make a clip.</summary>
internal enum FrameSampling
{
    /// <summary>Frames at the clip's own sample rate from a random begin, like a camera's window.</summary>
    Strided,

    /// <summary>One frame from each of T equal parts of the whole recording.</summary>
    Segments,
}
