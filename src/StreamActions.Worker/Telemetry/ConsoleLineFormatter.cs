// Console format: one line per message, UTC time first, then the level if it is a warning or above.
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using StreamActions.Core.Text;

namespace StreamActions.Worker.Telemetry;

/// <summary>Formats log lines for people: <c>2026-03-01 12:00:03.120Z begin  fight …</c>.</summary>
/// <param name="time">The clock.</param>
/// <param name="secrets">Values of variables and secret files: no line shows them.</param>
internal sealed class ConsoleLineFormatter(TimeProvider time, Secrets secrets) : ConsoleFormatter(FormatterName)
{
    /// <summary>The formatter's registered name.</summary>
    public const string FormatterName = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Warning => "warning: ",
            LogLevel.Error => "error: ",
            LogLevel.Critical => "critical: ",
            _ => "",
        });
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.WriteLine(secrets.Redact(logEntry.Exception is { } e ? $"{text}: {e}" : text).ReplaceLineEndings(" "));
    }
}
