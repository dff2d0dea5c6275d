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
        Argument<string> a = new("A") { Description = "A bundle's or a run's folder, or a report that 'evaluate --json' wrote." };
        Argument<string> b = new("B") { Description = "The other one: differences are B − A." };
        Option<string> json = new("--json") { Description = "Also write the comparison to this file." };
        Command command = new("compare",
            "Compare two models by their reports: every figure with its difference, a mark where it is larger than two standard errors, "
            + "and the classes that gained or lost most.")
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
