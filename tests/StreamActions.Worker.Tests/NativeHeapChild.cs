// Not a test: a child process that allocates on many threads and prints the number of new arenas.
using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamActions.Worker.Tests;

public sealed class NativeHeapChild
{
    /// <summary>
    /// glibc's variable: the number of arenas below which it does not check the limit. Large, because the test program already has threads.
    /// </summary>
    internal const string Variable = "MALLOC_ARENA_TEST";

    /// <summary>Printed before the number of added arenas.</summary>
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

    // Each thread holds its allocation until the arenas are counted.
    private static unsafe void Allocate(Barrier all)
    {
        var block = NativeMemory.Alloc(4096);
        all.SignalAndWait();
        all.SignalAndWait();
        NativeMemory.Free(block);
    }

    // The heap of an arena starts at a multiple of 64 MB, is writable and maps no file.
    private static int Arenas() => File.ReadLines("/proc/self/maps").Count(line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: 5 } parts && parts[1] == "rw-p"
        && long.Parse(parts[0].Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) % (64 << 20) == 0);
}
