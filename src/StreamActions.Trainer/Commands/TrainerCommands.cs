// All verbs of the trainer.
using System.CommandLine;

namespace StreamActions.Trainer.Commands;

/// <summary>The trainer's command line.</summary>
internal static class TrainerCommands
{
    /// <summary>The root of all verbs.</summary>
    public static RootCommand Create() => new("StreamActions trainer: makes models that turn video into action events.")
    {
        GenerateCommand.Create(),
        ImportClipCommand.Create(),
        PretrainCommand.Create(),
        TrainCommand.Create(),
        EvaluateCommand.Create(),
        CompareCommand.Create(),
        ExportCommand.Create(),
        VerifyCommand.Create(),
    };
}
