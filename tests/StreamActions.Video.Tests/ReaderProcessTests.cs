// The child never outlives its parent and leaks nothing.
using System.Diagnostics;
using System.Globalization;
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

public class ReaderProcessTests(Recordings recordings) : IClassFixture<Recordings>
{
    [Fact]
    public async Task DisposeAsync_WhileReading_EndsTheChild()
    {
        await using var source = new FfmpegSource(Looped(), TimeProvider.System);
        var cancellation = TestContext.Current.CancellationToken;
        await using var frames = source.ReadAsync(cancellation).GetAsyncEnumerator(cancellation);
        Assert.True(await frames.MoveNextAsync());
        var child = source.ReaderProcessId!.Value;
        Assert.Equal("ffmpeg", ProcessFacts.Name(child));

        await source.DisposeAsync();

        Assert.Null(ProcessFacts.Name(child));
    }

    [Fact]
    public async Task ReadAsync_KilledChild_Fails()
    {
        await using var source = new FfmpegSource(Looped(), TimeProvider.System);

        var exception = await Assert.ThrowsAsync<SourceException>(async () =>
        {
            await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
            {
                frame.Dispose();
                if (frame.Sequence == 2)
                    Signal("KILL", source.ReaderProcessId!.Value);
            }
        });

        Assert.Equal(SourceFailure.Ended, exception.Failure);
    }

    [Fact]
    public async Task Host_KilledWhileChildIsStopped_ChildEndsToo()
    {
        using var host = ChildTest.Start(
            typeof(ReadingChild).Assembly, nameof(ReadingChild.ReadAsync_UntilKilled), ReadingChild.Recording, recordings.Moving);
        int child;
        try
        {
            await PrintedAsync(host, ReadingChild.Line).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            child = ProcessFacts.ChildOf(host.Id, "ffmpeg");
            // A stopped child cannot notice a broken pipe: only the kernel ends it.
            Signal("STOP", child);
        }
        finally
        {
            host.Kill();
        }

        bool Gone() => ProcessFacts.Name(child) != "ffmpeg" || IsZombie(child);
        try
        {
            await ProcessFacts.UntilAsync(Gone, "the child outlived its host");
        }
        finally
        {
            if (!Gone())
                Signal("KILL", child);
        }
    }

    [Fact]
    public async Task ReadAsync_ManyRuns_LeakNoHandleAndNoThread()
    {
        for (var i = 0; i < 3; i++)
            await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving), 2);
        var (handles, threads) = ProcessFacts.OfThisProcess();

        for (var i = 0; i < 20; i++)
            await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving), 2);

        // Each run has three pipes and two threads, so a leak adds forty or more. Other tests and the thread pool add a few.
        await ProcessFacts.UntilAsync(
            () => ProcessFacts.OfThisProcess() is var now && now.Handles < handles + 20 && now.Threads < threads + 20,
            $"before: {handles} handles, {threads} threads; after: {ProcessFacts.OfThisProcess()}");
    }

    // The test program prints other lines before this one.
    private static async Task PrintedAsync(Process host, string line)
    {
        while (await host.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } printed)
        {
            if (printed.Contains(line, StringComparison.Ordinal))
                return;
        }
        Assert.Fail("the child ended before the test killed it");
    }

    private SourceOptions Looped() => Recordings.Fast(recordings.Moving) with { Loop = true };

    /// <summary>In a container without an init process, a dead orphan stays in the process list.</summary>
    private static bool IsZombie(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static void Signal(string name, int id)
    {
        using var kill = Process.Start("kill", [$"-{name}", id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
