// Films and clips as files: ffmpeg writes them, and the worker's frame reader reads them back.
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamActions.Core.Clips;
using StreamActions.TestKit;
using StreamActions.Video;

namespace StreamActions.Scenes.Tests;

public sealed partial class RecordingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WriteAsync_Film_WritesReadableFileAndGroundTruth()
    {
        var path = _folder.File("small.mp4");
        var truth = await FilmMaker.WriteAsync(
            path, new([ActionKind.WavesHand], Seed: 3, Width: 64, Height: 48), TestContext.Current.CancellationToken);
        var frames = await ClipReader.ReadAllAsync(path, sampleFps: 12, size: 16, ResizeRule.Squash, TestContext.Current.CancellationToken);
        Assert.InRange(frames.Length / (16 * 16 * 3) / 12.0, truth.Seconds - 0.2, truth.Seconds + 0.2);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("small.json"), TestContext.Current.CancellationToken));
        var waved = json.RootElement.GetProperty("events")[0];
        Assert.Equal("waves_hand", waved.GetProperty("action").GetString());
        Assert.Equal(2, waved.GetProperty("from").GetDouble());
    }

    [Fact]
    public async Task WriteAsync_FolderMissing_NamesFile()
    {
        var path = _folder.File("missing/film.mp4");
        FilmOrder order = new([ActionKind.Jumps], Seed: 3, Width: 64, Height: 48);
        var e = await Assert.ThrowsAsync<SceneException>(() => FilmMaker.WriteAsync(path, order, TestContext.Current.CancellationToken));
        Assert.StartsWith(path + ": ffmpeg", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_Cancelled_LeavesNoFile()
    {
        var path = _folder.File("cancelled.mp4");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => FilmMaker.WriteAsync(path, new([ActionKind.Jumps], Seed: 3), new CancellationToken(canceled: true)));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task WriteAsync_ClipFolder_ListsEveryClipWithLabel()
    {
        await ClipFolder.WriteAsync(
            _folder.Path, [ActionKind.Crouches, ActionKind.Jumps], perAction: 2, firstSeed: 9, TestContext.Current.CancellationToken);
        var lines = await File.ReadAllLinesAsync(_folder.File("list.txt"), TestContext.Current.CancellationToken);
        Assert.Equal(["crouches/00000.mp4 0", "crouches/00001.mp4 0", "jumps/00000.mp4 1", "jumps/00001.mp4 1"], lines);
        Assert.Equal(
        [
            "id,name,phrase",
            "0,crouches,a person crouches|a person crouching down|a person squats with the arms around the knees|"
                + "a person ducks down low|a person is cowering on the floor",
            "1,jumps,a person jumps|a person jumping|a person jumps up and down|a person hops in place|a person is jumping",
        ], await File.ReadAllLinesAsync(_folder.File("labels.csv"), TestContext.Current.CancellationToken));
        var frames = await ClipReader.ReadAllAsync(
            _folder.File(lines[^1].Split(' ')[0]), 12, 16, ResizeRule.Squash, TestContext.Current.CancellationToken);
        Assert.Equal(24, frames.Length / (16 * 16 * 3));
    }

    [Fact]
    public void Truth_SampleFilms_MatchesDocumentedCommands()
    {
        var samples = Path.Combine(RepositoryPaths.Root, "samples");
        var commands = FilmCommand().Matches(File.ReadAllText(Path.Combine(samples, "README.md")));
        Assert.Equal(2, commands.Count);
        foreach (Match command in commands)
        {
            var film = command.Groups["film"].Value;
            FilmOrder order = new(
                ActionCatalog.Parse(command.Groups["actions"].Value), ulong.Parse(command.Groups["seed"].Value, null));
            Assert.True(File.Exists(Path.Combine(samples, film)), film);
            Assert.Equal(
                File.ReadAllText(Path.Combine(samples, Path.ChangeExtension(film, ".json"))).Trim(),
                JsonSerializer.Serialize(FilmMaker.Truth(film, order), FilmTruthJson.Default.FilmTruth));
        }
    }

    [GeneratedRegex(@"generate film --to samples/(?<film>[\w.]+) --seed (?<seed>\d+) \\?\s*--actions (?<actions>[\w,]+)")]
    private static partial Regex FilmCommand();
}
