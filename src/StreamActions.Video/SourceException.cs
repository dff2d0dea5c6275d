// The error type for sources, with messages for the operator.
namespace StreamActions.Video;

/// <summary>The kinds of failures of a source.</summary>
public enum SourceFailure
{
    /// <summary>Another failure.</summary>
    Other,
    /// <summary>The file, device or path on the server does not exist.</summary>
    NotFound,
    /// <summary>The server refuses connections or cannot be reached.</summary>
    Refused,
    /// <summary>The user name or password is wrong or missing.</summary>
    Unauthorized,
    /// <summary>The data cannot be decoded.</summary>
    Unsupported,
    /// <summary>No first or no further frame before the deadline.</summary>
    TimedOut,
    /// <summary>A live stream ended.</summary>
    Ended,
    /// <summary>The address is no live stream: one picture, or a recording.</summary>
    NoStream,
    /// <summary>The requested hardware decoding is not available.</summary>
    NoHardware,
    /// <summary>The stream's own clock is wrong.</summary>
    WrongClock,
    /// <summary>The reader program (<c>ffmpeg</c>) or a library is missing.</summary>
    ReaderMissing,
}

/// <summary>A source failed. The message is one line, names the cause and holds no secret.</summary>
public sealed class SourceException : Exception
{
    /// <inheritdoc cref="SourceException"/>
    public SourceException(SourceFailure failure, string message, Exception? inner = null) : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public SourceFailure Failure { get; }
}
