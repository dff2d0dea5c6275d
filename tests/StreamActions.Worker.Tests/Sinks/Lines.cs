// A logger that keeps its lines for assertions.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace StreamActions.Worker.Tests.Sinks;

internal sealed class Lines
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    public IReadOnlyCollection<(LogLevel Level, string Text)> All => _lines;

    public IEnumerable<string> At(LogLevel level) => _lines.Where(line => line.Level == level).Select(line => line.Text);

    public ILogger<T> Of<T>() => new Logger<T>(_lines);

    private sealed class Logger<T>(ConcurrentQueue<(LogLevel Level, string Text)> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
