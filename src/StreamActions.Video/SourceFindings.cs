// What a camera's readers have found out about it, for its next reader.
namespace StreamActions.Video;

/// <summary>
/// Facts about a source that only its reader can find out. The owner of a camera keeps one object for all of its openings, so that each
/// fact is found, and reported, once. Thread safe: every fact only changes from false to true.
/// </summary>
public sealed class SourceFindings
{
    private volatile bool _withoutHardware, _segmented, _clockIsWrong;

    /// <summary>The requested hardware decoding is not available.</summary>
    public bool WithoutHardware
    {
        get => _withoutHardware;
        internal set => _withoutHardware = value;
    }

    /// <summary>The stream comes in segments (HLS). The reader must hold it to the pace of its own clock.</summary>
    public bool Segmented
    {
        get => _segmented;
        internal set => _segmented = value;
    }

    /// <summary>The stream's own clock is wrong: frames take their time of arrival.</summary>
    public bool ClockIsWrong
    {
        get => _clockIsWrong;
        internal set => _clockIsWrong = value;
    }
}
