// compare: two models' reports side by side.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>compare</c> verb.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Argument<string> a = new("A") { Description = "First model: folder of a run or bundle, or a report from 'evaluate --json'." };
        Argument<string> b = new("B") { Description = "Second model, in the same forms. Differences are B − A." };
        Option<string> json = new("--json") { Description = "Also write the comparison to this JSON file." };
        Command command = new("compare",
            "Compare two models by their reports. Shows each figure with its difference, marks differences above two standard errors, "
            + "and lists the classes that changed most.")
        {
            a, b, json,
        };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            var comparison = ReportComparison.Of(ReportFile.Open(result.GetValue(a)!), ReportFile.Open(result.GetValue(b)!));
            ReportTables.Write(AnsiConsole.Console, comparison);
            if (result.GetValue(json) is { } path)
                File.WriteAllText(path, comparison.ToJson());
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }
}
