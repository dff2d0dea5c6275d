// What the trainer says: results on standard output; when something cannot be done one line on standard error, no stack trace.
using System.Globalization;
using Spectre.Console;
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;
using StreamActions.Video;

namespace StreamActions.Trainer.Commands;

/// <summary>Runs a verb and turns expected failures into one clear line and exit code 1.</summary>
internal static class RunMessages
{
    private const int Stopped = 130;   // as shells have it

    /// <summary>Exit code of the verb, 1 after a failure that the user can mend, or 130 when it was stopped before it was done.</summary>
    public static async Task<int> GuardAsync(Func<Task> verb)
    {
        try
        {
            await verb();
            return 0;
        }
        catch (OperationCanceledException)
        {
            Complain("yellow", "Stopped before it was done.", "");
            return Stopped;
        }
        catch (Exception e) when (e is BundleException or CheckpointException or FormatException or IOException or InvalidOperationException or SourceException or UnauthorizedAccessException)
        {
            Complain("red", "error:", $" {e.Message}");
            return 1;
        }
    }

    /// <summary>One line on standard output that is never broken, whatever the console's width: for lines with paths, which others may read on.</summary>
    public static void Say(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    // Spectre breaks lines, in a pipe at 80 columns: only what is coloured is left to it.
    private static void Complain(string colour, string coloured, string rest)
    {
        if (Console.IsErrorRedirected)
            Console.Error.Write(coloured);
        else
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).MarkupInterpolated($"[{colour}]{coloured}[/]");
        Console.Error.WriteLine(rest);
    }
}
