// The pool reuses a buffer that another thread returned.
namespace StreamActions.Video.Tests;

public sealed class PictureBuffersTests
{
    // A size that no other test uses: tests run in parallel.
    private const int Bytes = 90_000_000;

    [Fact]
    public void Pool_BuffersReturnedByManyThreads_HoldsNoMoreThanWereInUse()
    {
        HashSet<byte[]> seen = new(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 40; i++)
        {
            byte[][] rented = [PictureBuffers.Pool.Rent(Bytes), PictureBuffers.Pool.Rent(Bytes)];
            seen.UnionWith(rented);
            Thread other = new(() => Array.ForEach(rented, b => PictureBuffers.Pool.Return(b)));
            other.Start();
            other.Join();
        }
        Assert.Equal(2, seen.Count);
    }
}
