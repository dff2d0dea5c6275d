// All verbs of the trainer.
using System.CommandLine;

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
}
