// The console's lines: time, level when it matters, the sentence.
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace StreamActions.Worker.Telemetry;

/// <summary>One line an entry, in UTC, such as <c>12:49:33.750 Camera aisle is live: …</c>.</summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The formatter's name.</summary>
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        if (logEntry.LogLevel >= LogLevel.Warning)
            textWriter.Write(logEntry.LogLevel == LogLevel.Warning ? "warning: " : "error: ");
        textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception).ReplaceLineEndings(" "));
        if (logEntry.Exception is { } exception)
            textWriter.Write(Environment.NewLine + exception);
        textWriter.WriteLine();
    }
}
