// Writes generated clips as a data set: recordings in folders, a list and a label table.
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using CsvHelper.Configuration.Attributes;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>
/// Writes clips as files: <c>action/number.mp4</c>, <c>list.txt</c> (one <c>path label</c> per line) and <c>labels.csv</c>
/// (<c>id,name,phrase</c>).
/// </summary>
internal static class ClipFolder
{
    /// <summary>Format of the recordings: 2 seconds, 128 × 128 pixels.</summary>
    private static readonly ClipSpec Recording = new(Frames: 24, SampleFps: 12, Size: 128, ResizeRule.Squash);

    /// <summary>
    /// Writes <paramref name="perAction"/> clips of each action. A clip's label is the index of its action in
    /// <paramref name="actions"/>; its seed is <paramref name="firstSeed"/> plus its index in the list.
    /// </summary>
    /// <returns>The number of clips.</returns>
    /// <exception cref="SceneException"><paramref name="perAction"/> is below 1, the path is a file, or the encoder failed.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static async Task<int> WriteAsync(
        string folder, IReadOnlyList<ActionKind> actions, int perAction, ulong firstSeed, CancellationToken cancellation)
    {
        if (perAction < 1)
            throw new SceneException($"--count {perAction}: must be 1 or more");
        if (File.Exists(folder))
            throw new SceneException($"--to {folder}: this is a file; give a folder");
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

    // Columns of labels.csv (docs/data.md).
    private sealed record LabelRow(
        [property: Name("id")] int Id, [property: Name("name")] string Name, [property: Name("phrase")] string Phrase);
}
