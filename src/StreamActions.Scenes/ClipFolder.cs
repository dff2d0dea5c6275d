// Generated clips as recordings in folders, with the lists that data sets of recordings come with.
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using CsvHelper.Configuration.Attributes;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>
/// Writes clips as files: <c>action/number.mp4</c>, <c>list.txt</c> (<c>path label</c> a line) and <c>labels.csv</c>
/// (<c>id,name,phrase</c>).
/// </summary>
internal static class ClipFolder
{
    /// <summary>The clips written: 2 seconds of 128-pixel pictures.</summary>
    private static readonly ClipSpec Recording = new(Frames: 24, SampleFps: 12, Size: 128, ResizeRule.Squash);

    /// <summary>
    /// Writes so many clips of each action; a clip's label is its action's place among <paramref name="actions"/>, its seed its own place
    /// in the list after <paramref name="firstSeed"/>.
    /// </summary>
    /// <returns>How many clips were written.</returns>
    /// <exception cref="SceneException">Less than one clip of each, a file has the folder's name, or the encoder failed.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static async Task<int> WriteAsync(
        string folder, IReadOnlyList<ActionKind> actions, int perAction, ulong firstSeed, CancellationToken cancellation)
    {
        if (perAction < 1)
            throw new SceneException($"--count {perAction}: at least 1 clip of every action");
        if (File.Exists(folder))
            throw new SceneException($"--to {folder}: a file is here; name a folder");
        List<string> list = [];
        List<LabelRow> labels = [];
        foreach (var action in actions.Distinct().Select(ActionCatalog.Of))
        {
            Directory.CreateDirectory(Path.Combine(folder, action.Name));
            for (var n = 0; n < perAction; n++)
            {
                var clip = ClipGenerator.Generate(firstSeed + (ulong)list.Count, Recording, action.Kind);
                var name = $"{action.Name}/{n:d5}.mp4";
                var file = new VideoFileWriter(Path.Combine(folder, name), Recording.Size, Recording.Size, Recording.SampleFps);
                await using var closing = file.ConfigureAwait(false);
                for (var t = 0; t < Recording.Frames; t++)
                {
                    await file.WriteAsync(clip.Pixels.AsMemory(t * Recording.FrameBytes, Recording.FrameBytes), cancellation)
                        .ConfigureAwait(false);
                }
                await file.FinishAsync(cancellation).ConfigureAwait(false);
                list.Add($"{name} {labels.Count}");
            }
            labels.Add(new(labels.Count, action.Name, string.Join('|', Captions.Phrases(action))));
        }
        await File.WriteAllLinesAsync(Path.Combine(folder, "list.txt"), list, cancellation).ConfigureAwait(false);
        var table = new CsvWriter(
            new StreamWriter(Path.Combine(folder, "labels.csv")), new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        await using var closingTable = table.ConfigureAwait(false);
        await table.WriteRecordsAsync(labels, cancellation).ConfigureAwait(false);
        return list.Count;
    }

    // Named as the columns are (docs/data.md).
    private sealed record LabelRow(
        [property: Name("id")] int Id, [property: Name("name")] string Name, [property: Name("phrase")] string Phrase);
}
