// generate: writes samples of the generated benchmark as pictures, films and clips.
using System.CommandLine;
using StreamActions.Scenes;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>generate</c> verb.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        Option<string> to = new("--to") { Description = "The PNG file to write.", Required = true };
        Option<int> page = new("--page") { Description = "Page number; each page shows other clips.", DefaultValueFactory = _ => 0 };
        Option<string> actions = new("--actions")
        {
            Description = "Actions to show, such as hands_up,crouches. Default: all actions, and the poses between them.",
        };
        Command sheet = new("sheet", "Draw a contact sheet: one held-out clip per row, one row per action, frames from left to right.")
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
            RunMessages.Print($"Wrote {result.GetValue(to)}; rows: {string.Join(", ", names)}.");
            return Task.CompletedTask;
        }, cancellation));
        return new("generate", "Write samples of the generated benchmark: articulated figures that perform actions.")
        {
            sheet, Pictures(), Film(), Clips(),
        };
    }

    private static Command Pictures()
    {
        const int columns = 8;
        Option<string> to = new("--to") { Description = "The PNG file to write.", Required = true };
        Option<int> page = new("--page") { Description = "Page number; each page shows other pictures.", DefaultValueFactory = _ => 0 };
        Command pictures = new("pictures", "Draw a contact sheet of the pictures for 'pretrain', and print their captions.")
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
                RunMessages.Print($"{string.Join(" | ", row.Select(p => p.Caption))}");
            return Task.CompletedTask;
        }, cancellation));
        return pictures;
    }

    private static Command Film()
    {
        Option<string> to = new("--to")
        {
            Description = "The MP4 file to write. A JSON file beside it lists each action with its times.",
            Required = true,
        };
        Option<string> actions = new("--actions")
        {
            Description = "The actions in order, such as walks_right,sits_down,stands_up.",
            Required = true,
        };
        Option<ulong> seed = new("--seed") { Description = "Seed of the scene's look.", DefaultValueFactory = _ => 1UL };
        Option<int> width = new("--width") { Description = "Width in pixels, even.", DefaultValueFactory = _ => 320 };
        Option<int> height = new("--height") { Description = "Height in pixels, even.", DefaultValueFactory = _ => 240 };
        Command film = new("film", "Write a long film of one room, for the demo.") { to, actions, seed, width, height };
        film.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var plan = new FilmOrder(
                ActionCatalog.Parse(result.GetValue(actions)!), result.GetValue(seed), result.GetValue(width), result.GetValue(height));
            var truth = await FilmMaker.WriteAsync(result.GetValue(to)!, plan, cancellation).ConfigureAwait(false);
            RunMessages.Print($"Wrote {result.GetValue(to)}: {truth.Seconds} s, {truth.Events.Count} events.");
        }, cancellation));
        return film;
    }

    private static Command Clips()
    {
        Option<string> to = new("--to") { Description = "The folder to write.", Required = true };
        Option<int> count = new("--count") { Description = "Clips per action, at least 1.", DefaultValueFactory = _ => 10 };
        Option<ulong> seed = new("--seed")
        {
            Description = "Seed of the first clip. The default starts a range that generated training and held-out clips never use.",
            DefaultValueFactory = _ => 1UL << 61,
        };
        Option<string> actions = new("--actions")
        {
            Description = "Actions to write, such as hands_up,crouches. Default: all actions.",
        };
        Command clips = new("clips", "Write clips as MP4 files with list.txt and labels.csv: a data set for 'train --data'.")
        {
            to, count, seed, actions,
        };
        clips.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var folder = result.GetValue(to)!;
            var written = await ClipFolder.WriteAsync(
                folder, Actions(result.GetValue(actions)), result.GetValue(count), result.GetValue(seed), cancellation)
                .ConfigureAwait(false);
            RunMessages.Print($"Wrote {folder}: {written} clips, list.txt, labels.csv.");
        }, cancellation));
        return clips;
    }

    private static IReadOnlyList<ActionKind> Actions(string? names) => names is null
        ? [.. ActionCatalog.All.Select(a => a.Kind)]
        : ActionCatalog.Parse(names);
}
