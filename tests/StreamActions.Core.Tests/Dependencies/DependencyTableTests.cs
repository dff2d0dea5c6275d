// The permitted dependencies of each project: they keep the worker small and the model free of a tensor runtime.
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Dependencies;

public sealed class DependencyTableTests
{
    private const string Core = "StreamActions.Core", Video = "StreamActions.Video", Model = "StreamActions.Model",
        Onnx = "StreamActions.Onnx", Scenes = "StreamActions.Scenes", Trainer = "StreamActions.Trainer",
        Worker = "StreamActions.Worker";

    private static readonly string[] Libtorch = ["TorchSharp", "libtorch"], OnnxRuntime = ["Microsoft.ML.OnnxRuntime"],
        OpenCv = ["OpenCvSharp4"], Kafka = ["Confluent.Kafka", "librdkafka"], Sqlite = ["Microsoft.Data.Sqlite", "SQLitePCLRaw"];

    /// <summary>For each project of src/: permitted projects, permitted packages with native libraries, forbidden packages.</summary>
    private static readonly Dictionary<string, Row> Table = new()
    {
        [Core] = new([], [], []),
        [Video] = new([Core], OpenCv, []),
        [Model] = new([Core], [], [.. Libtorch, .. OnnxRuntime]),
        [Onnx] = new([Core, Model], OnnxRuntime, Libtorch),
        [Scenes] = new([Core, Video], OpenCv, [.. Libtorch, .. OnnxRuntime, .. Kafka, .. Sqlite]),
        [Trainer] = new([Core, Video, Model, Onnx, Scenes], [.. Libtorch, .. OpenCv, .. OnnxRuntime, "SkiaSharp"], [.. Kafka, .. Sqlite]),
        [Worker] = new([Core, Video], [.. OpenCv, .. OnnxRuntime, .. Kafka, .. Sqlite], Libtorch),
    };

    public static TheoryData<string> Projects => [.. Table.Keys];

    [Fact]
    public void Table_EveryProjectOfSrc_HasARow()
    {
        var found = Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "src"), "*.csproj", SearchOption.AllDirectories);

        Assert.Equal(Table.Keys.Order(), found.Select(Path.GetFileNameWithoutExtension).Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Projects_OfEachProject_ArePermitted(string project)
    {
        var forbidden = ProjectAssets.Read(project).Projects.Except(Table[project].Projects);

        Assert.True(
            !forbidden.Any(),
            $"{project} must not depend on {string.Join(", ", forbidden)}: see the table in {nameof(DependencyTableTests)}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void NativePackages_OfEachProject_ArePermitted(string project)
    {
        var forbidden = ProjectAssets.Read(project).NativePackages.Where(p => !StartsWithAny(p, Table[project].Native));

        Assert.True(!forbidden.Any(), $"{project} must not use the native libraries of {string.Join(", ", forbidden)}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Packages_OfEachProject_AreNotForbidden(string project)
    {
        var forbidden = ProjectAssets.Read(project).Packages.Where(p => StartsWithAny(p, Table[project].Never));

        Assert.True(!forbidden.Any(), $"{project} must never depend on {string.Join(", ", forbidden)}");
    }

    [Fact]
    public void ProjectAssets_WorkerAndTrainer_ContainKnownPackages()
    {
        var worker = ProjectAssets.Read(Worker);
        var trainer = ProjectAssets.Read(Trainer);

        Assert.Superset(new HashSet<string> { Core, Video }, worker.Projects.ToHashSet());
        Assert.Superset(new HashSet<string> { "Confluent.Kafka", "Microsoft.Data.Sqlite" }, worker.Packages.ToHashSet());
        Assert.Superset(new HashSet<string> { "librdkafka.redist", "Microsoft.ML.OnnxRuntime" }, worker.NativePackages.ToHashSet());
        Assert.Contains("libtorch-cpu-linux-x64", trainer.NativePackages);
    }

    private static bool StartsWithAny(string package, string[] prefixes) =>
        prefixes.Any(p => package.StartsWith(p, StringComparison.OrdinalIgnoreCase));

    private sealed record Row(string[] Projects, string[] Native, string[] Never);
}
