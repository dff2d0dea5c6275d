// glibc really takes the setting, and gives back what is free between what is not.
using System.Runtime.InteropServices;

namespace StreamActions.Worker.Tests;

public sealed class NativeHeapTests
{
    private const int Pieces = 8192, PieceBytes = 16 * 1024;

    [Fact]
    public void Limit_Glibc_IsTaken() => Assert.True(NativeHeap.Limit());

    [Fact]
    public unsafe void GiveBack_HolesBetweenWhatIsHeld_LeaveTheProcess()
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
        NativeHeap.GiveBack();
        // Seven eighths of 128 MB are free; other tests may take some meanwhile.
        Assert.InRange(before - Environment.WorkingSet, 60 << 20, 128 << 20);
        for (var i = 0; i < Pieces; i += 8)
            NativeMemory.Free((void*)pieces[i]);
    }
}
