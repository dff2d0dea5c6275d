// glibc really takes the setting, and gives back what is free between what is not.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.Worker.Tests;

public sealed class NativeHeapTests
{
    private const int Pieces = 8192, PieceBytes = 16 * 1024;

    [Fact]
    public async Task LimitArenas_ManyThreads_ShareExistingArenas()
    {
        using var child = ChildTest.Start(typeof(NativeHeapChild).Assembly, nameof(NativeHeapChild.CountArenas_ManyThreads_PrintsAdded), NativeHeapChild.Variable, "1000");
        var printed = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var added = Regex.Match(printed, NativeHeapChild.Line + @" (-?\d+)");
        Assert.True(added.Success, printed);
        // Without a limit, about as many as threads; a few may be others' mappings at such an address.
        Assert.InRange(int.Parse(added.Groups[1].Value, CultureInfo.InvariantCulture), -4, 4);
    }

    [Fact]
    public unsafe void ReleaseFreePages_HolesBetweenAllocations_ShrinkWorkingSet()
    {
        var pieces = new nint[Pieces];
        for (var i = 0; i < Pieces; i++)
        {
            pieces[i] = (nint)NativeMemory.Alloc(PieceBytes);
            new Span<byte>((void*)pieces[i], PieceBytes).Fill(1);
        }
        for (var i = 0; i < Pieces; i++)
        {
            if (i % 8 != 0)
                NativeMemory.Free((void*)pieces[i]);
        }
        var before = Environment.WorkingSet;
        NativeHeap.ReleaseFreePages();
        // Seven eighths of 128 MB are free; other tests may take some meanwhile.
        Assert.InRange(before - Environment.WorkingSet, 60 << 20, 128 << 20);
        for (var i = 0; i < Pieces; i += 8)
            NativeMemory.Free((void*)pieces[i]);
    }
}
