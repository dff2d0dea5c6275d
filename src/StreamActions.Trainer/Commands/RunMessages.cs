// What a verb prints, and how it ends: results on standard output, errors on standard error.
using System.Globalization;
using Spectre.Console;
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;
using StreamActions.Scenes;
using StreamActions.Video;

namespace StreamActions.Trainer.Commands;

/// <summary>Runs a verb and turns its end into an exit code.</summary>
internal static class RunMessages
{
    /// <summary>Exit code of a verb that cannot do what was asked; the user can correct the cause.</summary>
    public const int UserError = 1;

    /// <summary>Exit code after a bug of the trainer: <c>EX_SOFTWARE</c> of <c>sysexits.h</c>.</summary>
    public const int Bug = 70;

    /// <summary>Exit code of a verb that was stopped by Ctrl-C or SIGTERM: 128 + SIGINT, as in shells.</summary>
    public const int Stopped = 130;

    /// <summary>
    /// Runs a verb. An error that the user can correct is printed as <c>error: what, where, what to do</c>. Any other exception is a bug:
    /// it is printed whole, with its stack trace.
    /// </summary>
    /// <param name="verb">The verb.</param>
    /// <param name="cancellation">Stops the verb. An <see cref="OperationCanceledException"/> without its request is a bug too.</param>
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
            Complain("yellow", "Stopped before it was done.", "");
            return Stopped;
        }
        catch (Exception e) when (TextOfUserError(e) is not null)
        {
            Complain("red", "error:", $" {TextOfUserError(e)}");
            return UserError;
        }
        catch (Exception e)
        {
            Complain("red", "bug:", $" {e}");
            Console.Error.WriteLine("This is a bug of the trainer, not an error of your input. "
                + "Please report it with the lines above, the command and the version.");
            return Bug;
        }
    }

    /// <summary>Prints one line on standard output. It is never wrapped: lines hold paths, and programs read them.</summary>
    public static void Say(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    // The exceptions that a user can act on: the trainer's own, and those that lower projects throw for wrong input. Null for all others.
    private static string? TextOfUserError(Exception e) => e switch
    {
        TrainerException or SceneException or BundleException or CheckpointException or SourceException => e.Message,
        // The system's messages name the path.
        UnauthorizedAccessException or IOException => $"{e.Message.TrimEnd('.')}; check the path, its permissions and the free space",
        _ => null,
    };

    // Spectre breaks lines, in a pipe at 80 columns: it only prints the coloured words.
    private static void Complain(string colour, string coloured, string rest)
    {
        if (Console.IsErrorRedirected)
            Console.Error.Write(coloured);
        else
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
                .MarkupInterpolated($"[{colour}]{coloured}[/]");
        Console.Error.WriteLine(rest);
    }
}
