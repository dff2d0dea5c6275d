// The tables of the benchmarks' page against the measured figures.
using StreamActions.Benchmarks;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

public sealed class BenchmarkPageTests
{
    [Fact]
    public void Page_InferenceTables_HaveTheFiguresOfTheReport()
    {
        var docs = Path.Combine(RepositoryPaths.Root, "docs");
        var page = File.ReadAllText(Path.Combine(docs, "benchmarks.md"));
        Assert.Equal(page, InferenceTables.Update(page, InferenceReport.Read(Path.Combine(docs, "inference.json"))));
    }
}
