// Prints results on standard output and errors on standard error, and maps exceptions to exit codes.
using System.Globalization;
using Spectre.Console;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Model.Weights;
using StreamActions.Scenes;
using StreamActions.Video;

namespace StreamActions.Trainer.Commands;

/// <summary>Runs verbs, prints their messages and returns their exit codes.</summary>
internal static class RunMessages
{
    /// <summary>Exit code after an error that the user can correct.</summary>
    public const int UserError = 1;

    /// <summary>Exit code after a bug of the trainer: <c>EX_SOFTWARE</c> of <c>sysexits.h</c>.</summary>
    public const int Bug = 70;

    /// <summary>Exit code of a verb that Ctrl-C or SIGTERM stopped: 128 + SIGINT, as in shells.</summary>
    public const int Stopped = 130;

    /// <summary>
    /// Runs a verb. Prints an error that the user can correct as <c>error: where: what; what to do</c>. Any other exception is a bug and is
    /// printed with its stack trace.
    /// </summary>
    /// <param name="verb">The verb.</param>
    /// <param name="cancellation">
    /// Stops the verb. An <see cref="OperationCanceledException"/> while this token is not cancelled is a bug too.
    /// </param>
    /// <returns>0, or one of the exit codes above.</returns>
    public static async Task<int> GuardAsync(Func<Task> verb, CancellationToken cancellation)
    {
        try
        {
            await verb().ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            PrintError("yellow", "Stopped before it was done.", "");
            return Stopped;
        }
        catch (Exception e) when (TextOfUserError(e) is not null)
        {
            PrintError("red", "error:", $" {TextOfUserError(e)}");
            return UserError;
        }
        catch (Exception e)
        {
            PrintError("red", "bug:", $" {e}");
            Console.Error.WriteLine("This is a bug of the trainer, not an error of your input. "
                + "Please report it with the lines above, the command and the version.");
            return Bug;
        }
    }

    /// <summary>Prints one line on standard output. It is never wrapped: lines hold paths, and programs read them.</summary>
    public static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    // The message of an exception that the user can act on: the trainer's own, or one that a lower project throws for wrong input.
    private static string? TextOfUserError(Exception e) => e switch
    {
        TrainerException or SceneException or BundleException or CheckpointException or SourceException => e.Message,
        // The messages of .NET name the path.
        TextEncodingException => e.Message,
        UnauthorizedAccessException or IOException => $"{e.Message.TrimEnd('.')}; check the path, its permissions and the free space",
        _ => null,
    };

    // Spectre wraps lines (in a pipe at 80 columns), so it prints the coloured words only.
    private static void PrintError(string colour, string coloured, string rest)
    {
        if (Console.IsErrorRedirected)
            Console.Error.Write(coloured);
        else
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
                .MarkupInterpolated($"[{colour}]{coloured}[/]");
        Console.Error.WriteLine(rest);
    }
}
