// generate: look at the generated benchmark.
using System.CommandLine;
using StreamActions.Scenes;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>generate</c> verb.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        Option<string> to = new("--to") { Description = "The PNG to write.", Required = true };
        Option<int> page = new("--page") { Description = "Which clips: another number, other clips.", DefaultValueFactory = _ => 0 };
        Option<string> actions = new("--actions")
        {
            Description = "Its rows, such as hands_up,crouches; all of the benchmark's when left out, and the poses between them.",
        };
        Command sheet = new("sheet", "A contact sheet: one held-out clip of every action a row, frames from left to right.")
        {
            to, page, actions,
        };
        sheet.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            var rows = Actions(result.GetValue(actions));
            var clips = rows.Select((kind, row) =>
            {
                var own = GeneratedClipSource.HeldOutSeeds + (ulong)(result.GetValue(page) * rows.Count + row);
                return ClipGenerator.Generate(own, GeneratedClipSource.DemoClip, kind, shirt: Compositions.BaseShirt(kind, own)).Pixels;
            });
            var poses = result.GetValue(actions) is null ? Interlude.Poses : [];
            var first = GeneratedClipSource.PoseSeeds + (ulong)(result.GetValue(page) * poses.Count);
            var held = poses.Select((pose, row) => Interlude.Hold(first + (ulong)row, GeneratedClipSource.DemoClip, 1, pose).Pixels);
            ContactSheet.Write(result.GetValue(to)!, [.. clips, .. held], GeneratedClipSource.DemoClip);
            string[] names = [.. rows.Select(r => ActionCatalog.Of(r).Name), .. poses.Select(p => Captions.Canonical(p))];
            RunMessages.Say($"Wrote {result.GetValue(to)}; rows: {string.Join(", ", names)}.");
            return Task.CompletedTask;
        }, cancellation));
        return new("generate", "The generated benchmark: articulated figures that perform actions.") { sheet, Pictures(), Film(), Clips() };
    }

    private static Command Pictures()
    {
        const int columns = 8;
        Option<string> to = new("--to") { Description = "The PNG to write.", Required = true };
        Option<int> page = new("--page") { Description = "Which pictures: another number, others.", DefaultValueFactory = _ => 0 };
        Command pictures = new("pictures", "A contact sheet of the pictures that 'pretrain' learns from, with their captions printed.")
        {
            to, page,
        };
        pictures.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            var source = new GeneratedImageSource(GeneratedImageSource.DemoImage, warmUpImages: 0);
            var numbers = Enumerable.Range(result.GetValue(page) * columns * columns, columns * columns);
            var shown = numbers.Select(i => source.Training(i)).Chunk(columns).ToList();
            byte[][] rows = [.. shown.Select(row => row.SelectMany(p => p.Pixels).ToArray())];
            ContactSheet.Write(result.GetValue(to)!, rows, GeneratedImageSource.DemoImage with { Frames = columns });
            foreach (var row in shown)
                RunMessages.Say($"{string.Join(" | ", row.Select(p => p.Caption))}");
            return Task.CompletedTask;
        }, cancellation));
        return pictures;
    }

    private static Command Film()
    {
        Option<string> to = new("--to")
        {
            Description = "The MP4 to write; what happens when is written beside it as JSON.",
            Required = true,
        };
        Option<string> actions = new("--actions")
        {
            Description = "What happens, in order, such as walks_right,sits_down,stands_up.",
            Required = true,
        };
        Option<ulong> seed = new("--seed") { Description = "Another number, another look.", DefaultValueFactory = _ => 1UL };
        Option<int> width = new("--width") { Description = "Width in pixels, even.", DefaultValueFactory = _ => 320 };
        Option<int> height = new("--height") { Description = "Height in pixels, even.", DefaultValueFactory = _ => 240 };
        Command film = new("film", "A long film of one room, for the demo.") { to, actions, seed, width, height };
        film.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var order = new FilmOrder(
                ActionCatalog.Parse(result.GetValue(actions)!), result.GetValue(seed), result.GetValue(width), result.GetValue(height));
            var truth = await FilmMaker.WriteAsync(result.GetValue(to)!, order, cancellation).ConfigureAwait(false);
            RunMessages.Say($"Wrote {result.GetValue(to)}: {truth.Seconds} s, {truth.Events.Count} events.");
        }, cancellation));
        return film;
    }

    private static Command Clips()
    {
        Option<string> to = new("--to") { Description = "The folder to write.", Required = true };
        Option<int> count = new("--count") { Description = "Clips of every action, at least 1.", DefaultValueFactory = _ => 10 };
        Option<ulong> seed = new("--seed")
        {
            Description =
                "Seed of the first clip. The default is the first of those that no training on generated clips and no test of it uses.",
            DefaultValueFactory = _ => 1UL << 61,
        };
        Option<string> actions = new("--actions")
        {
            Description = "Which actions, such as hands_up,crouches; all of the benchmark's when left out.",
        };
        Command clips = new("clips", "Clips as MP4 files, with list.txt and labels.csv: a data set that 'train --data' takes.")
        {
            to, count, seed, actions,
        };
        clips.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var folder = result.GetValue(to)!;
            var written = await ClipFolder.WriteAsync(
                folder, Actions(result.GetValue(actions)), result.GetValue(count), result.GetValue(seed), cancellation)
                .ConfigureAwait(false);
            RunMessages.Say($"Wrote {folder}: {written} clips, list.txt, labels.csv.");
        }, cancellation));
        return clips;
    }

    private static IReadOnlyList<ActionKind> Actions(string? names) => names is null
        ? [.. ActionCatalog.All.Select(a => a.Kind)]
        : ActionCatalog.Parse(names);
}
