// The trainer: makes the models that the worker runs.
using System.CommandLine;
using StreamActions.Trainer.Commands;

var root = new RootCommand("StreamActions trainer: makes models that turn video into action events.")
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
return await root.Parse(args).InvokeAsync();
