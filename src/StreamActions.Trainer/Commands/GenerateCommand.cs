// generate: look at the generated benchmark.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Generation;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>generate</c> verb.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        Option<string> to = new("--to") { Description = "The PNG to write.", Required = true };
        Option<int> page = new("--page") { Description = "Which clips: another number, other clips.", DefaultValueFactory = _ => 0 };
        Command sheet = new("sheet", "A contact sheet: one held-out clip of every action a row, frames from left to right.") { to, page };
        sheet.SetAction((result, _) => RunMessages.GuardAsync(() =>
        {
            var source = new GeneratedClipSource(GeneratedClipSource.DemoClip);
            byte[][] clips = [.. source.HeldOut(result.GetValue(page) + 1).TakeLast(ActionCatalog.All.Count).Select(c => c.Pixels)];
            ContactSheet.Write(result.GetValue(to)!, clips, GeneratedClipSource.DemoClip);
            AnsiConsole.MarkupLineInterpolated($"Wrote {result.GetValue(to)}; rows: {string.Join(", ", source.Classes.Select(c => c.Name))}.");
            return Task.CompletedTask;
        }));
        return new("generate", "The generated benchmark: articulated figures that perform actions.") { sheet };
    }
}
