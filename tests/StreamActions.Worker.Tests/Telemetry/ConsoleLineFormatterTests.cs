// Log lines never show the value of a variable or secret file.
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Text;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Tests.Telemetry;

public sealed class ConsoleLineFormatterTests
{
    [Theory]
    [InlineData("cannot open /videos/hunter2-hunter2", null)]
    [InlineData("inference failed", "no file hunter2-hunter2")]
    public void Write_Secret_IsHiddenInTextAndException(string text, string? exception)
    {
        ConsoleLineFormatter formatter = new(
            new FakeTimeProvider(new(2026, 3, 1, 12, 0, 3, 120, TimeSpan.Zero)), new Secrets(["hunter2-hunter2"]));
        using StringWriter output = new() { NewLine = "\n" };
        LogEntry<string> entry = new(
            LogLevel.Warning, "category", default, text, exception is null ? null : new IOException(exception), (state, _) => state);

        formatter.Write(entry, null, output);

        Assert.StartsWith("2026-03-01 12:00:03.120Z warning: ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("***\n", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", output.ToString(), StringComparison.Ordinal);
    }
}
