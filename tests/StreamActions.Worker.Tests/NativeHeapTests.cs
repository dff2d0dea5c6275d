// glibc applies the arena limit and returns free pages between allocated blocks.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.Worker.Tests;

public sealed class NativeHeapTests
{
    private const int Blocks = 8192, BlockBytes = 16 * 1024;

    [Fact]
    public async Task LimitArenas_ManyThreads_ShareExistingArenas()
    {
        using var child = ChildTest.Start(
            typeof(NativeHeapChild).Assembly, nameof(NativeHeapChild.CountArenas_ManyThreads_PrintsAdded), NativeHeapChild.Variable,
            "1000");
        var printed = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var added = Regex.Match(printed, NativeHeapChild.Line + @" (-?\d+)");
        Assert.True(added.Success, printed);
        // Without a limit there would be about one per thread. A few unrelated mappings may start at such an address too.
        Assert.InRange(int.Parse(added.Groups[1].Value, CultureInfo.InvariantCulture), -4, 4);
    }

    [Fact]
    public unsafe void ReleaseFreePages_HolesBetweenAllocations_ShrinkWorkingSet()
    {
        var blocks = new nint[Blocks];
        for (var i = 0; i < Blocks; i++)
        {
            blocks[i] = (nint)NativeMemory.Alloc(BlockBytes);
            new Span<byte>((void*)blocks[i], BlockBytes).Fill(1);
        }
        for (var i = 0; i < Blocks; i++)
        {
            if (i % 8 != 0)
                NativeMemory.Free((void*)blocks[i]);
        }
        var before = Environment.WorkingSet;
        NativeHeap.ReleaseFreePages();
        // Seven eighths of 128 MB are free. Other tests may allocate in the meantime.
        Assert.InRange(before - Environment.WorkingSet, 60 << 20, 128 << 20);
        for (var i = 0; i < Blocks; i += 8)
            NativeMemory.Free((void*)blocks[i]);
    }
}
