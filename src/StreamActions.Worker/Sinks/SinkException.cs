// What goes wrong between an event and its reader.
namespace StreamActions.Worker.Sinks;

/// <summary>A sink cannot be used. The message is one line: which sink, what is wrong, what to do. It holds no secret.</summary>
internal sealed class SinkException : Exception
{
    /// <summary>Creates it with its line.</summary>
    public SinkException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with its line and what caused it.</summary>
    public SinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
