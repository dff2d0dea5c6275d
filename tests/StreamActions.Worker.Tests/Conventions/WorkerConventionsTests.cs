// Rules for the worker's source that the compiler does not check.
using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Conventions;

public sealed class WorkerConventionsTests
{
    private const string Root = "StreamActions.Worker";

    // The order of the data flow. Configuration and Telemetry come first because every stage may use them.
    private static readonly string[] DataFlow =
        ["Configuration", "Telemetry", "Cameras", "Views", "Inference", "Alerts", "Events", "Sinks", "Running"];

    private static readonly string Worker = Path.Combine(RepositoryPaths.Root, "src", Root);

    [Fact]
    public void Folders_OfTheWorker_DoNotNeedEachOther() =>
        Assert.Empty(FolderDependencies.Cycles(Worker, Root).Select(cycle => cycle.ToString()));

    [Fact]
    public void Folders_OfTheWorker_UseOnlyFoldersBeforeThemInTheDataFlow() =>
        Assert.Empty(FolderDependencies.AgainstOrder(Worker, Root, DataFlow));

    [Fact]
    public void DataFlow_ListsEveryFolderOfTheWorker() =>
        Assert.Equal(DataFlow.Order(), SourceLines.FilesUnder(Worker)
            .Select(file => Path.GetRelativePath(Worker, file).Split(Path.DirectorySeparatorChar))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts[0])
            .Distinct()
            .Order());

    [Fact]
    public void Constructors_OfTheWorker_HaveSevenParametersAtMost() =>
        Assert.Empty(ConstructorParameters.MoreThan(typeof(CameraWorker).Assembly));
}
