// Why a source gives no frames, in words for the operator.
namespace StreamActions.Video;

/// <summary>What kind of failure a source met.</summary>
public enum SourceFailure
{
    /// <summary>Not one of the others.</summary>
    Other,
    /// <summary>The file, device or path on the server does not exist.</summary>
    NotFound,
    /// <summary>The server refuses connections or cannot be reached.</summary>
    Refused,
    /// <summary>User name or password wrong or missing.</summary>
    Unauthorized,
    /// <summary>Nothing in it can be decoded.</summary>
    Unsupported,
    /// <summary>No first frame, or no further frame, in time.</summary>
    TimedOut,
    /// <summary>The stream ended although it should not.</summary>
    Ended,
    /// <summary>Hardware decoding was asked for and cannot be had.</summary>
    NoHardware,
    /// <summary>The program that reads it (<c>ffmpeg</c>) is missing.</summary>
    ReaderMissing,
}

/// <summary>A source gives no frames. The message is one line, names the cause, and holds no secret.</summary>
public sealed class SourceException : Exception
{
    /// <inheritdoc cref="SourceException"/>
    public SourceException(SourceFailure failure, string message, Exception? inner = null) : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public SourceFailure Failure { get; }
}
