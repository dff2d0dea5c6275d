// All verbs of the trainer.
using System.CommandLine;
using System.CommandLine.Invocation;

namespace StreamActions.Trainer.Commands;

/// <summary>The trainer's command line.</summary>
internal static class TrainerCommands
{
    /// <summary>Creates the root command with all verbs.</summary>
    public static RootCommand Create() => new("StreamActions trainer: trains and exports the models that the worker runs.")
    {
        GenerateCommand.Create(),
        ImportClipCommand.Create(),
        PretrainCommand.Create(),
        TrainCommand.Create(),
        ConvertCommand.Create(),
        EvaluateCommand.Create(),
        CompareCommand.Create(),
        ExportCommand.Create(),
        VerifyCommand.Create(),
    };

    /// <summary>Parses a command line.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments)
    {
        var parsed = Create().Parse(arguments);
        // An error message names the cause; the help page would bury it. For a mistyped verb the similar verbs are shown.
        if (parsed.Action is ParseErrorAction wrong)
            (wrong.ShowHelp, wrong.ShowTypoCorrections) = (false, parsed.CommandResult.Command is RootCommand);
        return parsed;
    }
}
