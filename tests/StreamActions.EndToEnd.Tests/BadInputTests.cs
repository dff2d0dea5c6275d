// Bad input: the worker prints one line that names the file, key or camera, and does not start. A broken camera affects no other camera.
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

public sealed class BadInputTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private readonly TemporaryFolder _folder = new();
    private static string Aisle => $"aisle: {{ source: \"file:{OperatorsFile.Sample("aisle.mp4")}\", pace: fast }}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_BundleMissing_NamesFolder()
    {
        var line = await RefusedAsync(OperatorsFile.Write(_folder, Aisle, model: _folder.File("nowhere")));
        Assert.Contains("nowhere' is not a folder", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BundleFileChanged_NamesFile()
    {
        var model = CopyModel();
        var graph = Path.Combine(model, "video.onnx");
        var bytes = File.ReadAllBytes(graph);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(graph, bytes);
        var line = await RefusedAsync(OperatorsFile.Write(_folder, Aisle, model: model));
        Assert.Contains("video.onnx has changed since export", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ManifestVersionUnknown_NamesBothVersions()
    {
        var model = CopyModel();
        var manifest = Path.Combine(model, "manifest.json");
        File.WriteAllText(manifest, Regex.Replace(File.ReadAllText(manifest), "\"schemaVersion\": \\d+", "\"schemaVersion\": 99"));
        var line = await RefusedAsync(OperatorsFile.Write(_folder, Aisle, model: model));
        Assert.Contains("manifest version 99; this program reads versions 1 to 2", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ConfigurationHasTwoErrors_PrintsBothWithPosition()
    {
        var file = OperatorsFile.Write(_folder, Aisle);
        var text = File.ReadAllText(file)
            .Replace("threshold: 0.5", "threshold: 7", StringComparison.Ordinal)
            .Replace("end-after", "end-afer", StringComparison.Ordinal);
        File.WriteAllText(file, text);
        await using var worker = WorkerProcess.Start(["run", "--config", file]);
        Assert.Equal(1, await worker.ExitAsync(Timeout));
        string[] errors = [.. worker.Output.Split('\n').Where(l => l.StartsWith("error: ", StringComparison.Ordinal))];
        Assert.Equal(2, errors.Length);
        Assert.Contains(errors, e => Regex.IsMatch(e, @"streamactions\.yaml:\d+:\d+: alerts\.sudden\.threshold"));
        Assert.Contains(errors, e => Regex.IsMatch(e, @"streamactions\.yaml:\d+:\d+: alerts\.sudden\.end-afer.*end-after"));
    }

    [Fact]
    public async Task Run_ReaderNotInstalled_NamesWhatToInstall()
    {
        var line = await RefusedAsync(OperatorsFile.Write(_folder, Aisle), new Dictionary<string, string?> { ["PATH"] = _folder.Path });
        Assert.Contains("ffmpeg", line, StringComparison.Ordinal);
        Assert.Contains("install", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RecordingUnreadable_OnlyThatCameraGoesOffline()
    {
        var garbage = _folder.File("garbage.mp4");
        File.WriteAllText(garbage, "not a video");
        var file = OperatorsFile.Write(_folder, $"{Aisle}\n  broken: {{ source: \"file:{garbage}\" }}");
        await using var worker = WorkerProcess.Start(["run", "--config", file]);
        await worker.PrintedAsync("Camera broken is offline", Timeout);
        await worker.PrintedAsync("Camera aisle has ended", Timeout);
        Assert.Contains("garbage.mp4", worker.Output, StringComparison.Ordinal);
        await worker.TerminateAsync();
        Assert.Equal(0, await worker.ExitAsync(TimeSpan.FromSeconds(15)));
    }

    private static async Task<string> RefusedAsync(string file, IReadOnlyDictionary<string, string?>? environment = null)
    {
        await using var worker = WorkerProcess.Start(["run", "--config", file], environment);
        Assert.Equal(1, await worker.ExitAsync(Timeout));
        var line = Assert.Single(worker.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.Trim().Length > 0);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        return line;
    }

    private string CopyModel()
    {
        var target = _folder.File("model");
        foreach (var source in Directory.GetFiles(OperatorsFile.DemoModel, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(OperatorsFile.DemoModel, source));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(source, copy);
        }
        return target;
    }
}
