// A buffer that any thread gave back is the next one's.
namespace StreamActions.Video.Tests;

public sealed class PictureBuffersTests
{
    // A size of its own: other tests rent pictures at the same time.
    private const int Bytes = 90_000_000;

    [Fact]
    public void Pool_BuffersGivenBackByManyThreads_HoldsNoMoreThanWereInUseAtOnce()
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
