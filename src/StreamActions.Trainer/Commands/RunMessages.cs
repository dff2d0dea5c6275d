// What the trainer says when something cannot be done: one line, no stack trace.
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
            AnsiConsole.MarkupLine("[yellow]Stopped before it was done.[/]");
            return Stopped;
        }
        catch (Exception e) when (e is BundleException or CheckpointException or FormatException or IOException or InvalidOperationException or SourceException or UnauthorizedAccessException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]error:[/] {e.Message}");
            return 1;
        }
    }
}
