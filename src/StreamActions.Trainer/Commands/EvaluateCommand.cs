// evaluate: what a run's newest checkpoint can do on clips it never saw.
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>evaluate</c> verb.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> run = new("--run") { Description = "Folder of the run.", Required = true };
        Option<int> perClass = new("--per-class") { Description = "Held-out clips a class.", DefaultValueFactory = _ => 100 };
        Command command = new("evaluate", "Evaluate a run on held-out clips: by text similarity, by the classification head, and on time-order pairs with and without their order.") { run, perClass };
        command.SetAction((result, _) => RunMessages.GuardAsync(() =>
        {
            Print(Run(RunFolder.Open(result.GetValue(run)!), result.GetValue(perClass)));
            return Task.CompletedTask;
        }));
        return command;
    }

    internal static EvaluationReport Run(RunFolder run, int perClass)
    {
        var (network, _) = run.LoadBest();
        using (network)
            return Evaluator.Run(network, ClipSources.Open(run.Options.Data, run.Clip, run.Options.Seed, fresh: false).Evaluation(perClass)[0]);
    }

    internal static void Print(EvaluationReport report)
    {
        string Percent(double share) => share.ToString("p1", CultureInfo.InvariantCulture);
        var table = new Table().AddColumns("figure", "value").Border(TableBorder.Rounded);
        table.AddRow("held-out clips", report.Clips.ToString(CultureInfo.InvariantCulture));
        table.AddRow("top-1 by text similarity", Percent(report.ByText));
        if (report.ByClassifier is { } head)
            table.AddRow("top-1 by classification head", Percent(head));
        table.AddRow("time-order pairs", Percent(report.Pairs));
        table.AddRow("time-order pairs, frames shuffled", Percent(report.PairsShuffled));
        foreach (var (name, share) in report.PerClass)
            table.AddRow("  " + name, Percent(share));
        AnsiConsole.Write(table);
    }
}
