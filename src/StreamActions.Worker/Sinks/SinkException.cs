// The error of a sink that cannot be used.
namespace StreamActions.Worker.Sinks;

/// <summary>A sink cannot be used. The message is one line without secrets: which sink, what is wrong, what to do.</summary>
internal sealed class SinkException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SinkException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public SinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
