// Not a test: a process with many threads, of which a test learns how many heaps they got.
using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamActions.Worker.Tests;

public sealed class NativeHeapChild
{
    /// <summary>glibc's own variable: so many arenas may there be before it asks for their limit, for the test program has threads before this runs.</summary>
    internal const string Variable = "MALLOC_ARENA_TEST";

    /// <summary>What it prints before the number of arenas that were added.</summary>
    internal const string Line = "arenas added:";

    internal const int Threads = 40;

    [Fact(Explicit = true)]
    public void CountArenas_ManyThreads_PrintsAdded()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Variable) is null, "runs only as the child of another test");
        NativeHeap.LimitArenas();
        var before = Arenas();
        using Barrier all = new(Threads + 1);
        List<Thread> threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() => Allocate(all)))];
        threads.ForEach(t => t.Start());
        all.SignalAndWait(TestContext.Current.CancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Line} {Arenas() - before}"));
        all.SignalAndWait(TestContext.Current.CancellationToken);
        threads.ForEach(t => t.Join());
    }

    // Each holds its piece until the arenas were counted.
    private static unsafe void Allocate(Barrier all)
    {
        var piece = NativeMemory.Alloc(4096);
        all.SignalAndWait();
        all.SignalAndWait();
        NativeMemory.Free(piece);
    }

    // An arena's heap begins at a multiple of 64 MB, writable and of no file.
    private static int Arenas() => File.ReadLines("/proc/self/maps").Count(line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: 5 } parts && parts[1] == "rw-p"
        && long.Parse(parts[0].Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) % (64 << 20) == 0);
}
