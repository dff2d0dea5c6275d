// Brightness, contrast and checksum of pictures.
using CsCheck;
using StreamActions.Video;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class PictureStatisticsTests
{
    // Pixels, the index of one, and the bits that change in it.
    private static readonly Gen<(byte[] Pixels, int Index, int Change)> ChangedPixels = Gen.Byte.Array[1, 200]
        .SelectMany(pixels => Gen.Select(Gen.Const(pixels), Gen.Int[0, pixels.Length - 1], Gen.Int[1, 255]));

    [Fact]
    public void FingerprintOf_OneByteChanged_Differs() => ChangedPixels.Sample((pixels, index, change) =>
    {
        var before = PictureStatistics.FingerprintOf(pixels);
        Assert.Equal(before, PictureStatistics.FingerprintOf([.. pixels]));
        pixels[index] ^= (byte)change;
        Assert.NotEqual(before, PictureStatistics.FingerprintOf(pixels));
        pixels[index] ^= (byte)change;
    });

    [Fact]
    public void Of_SingleColour_HasNoSpreadAndNoStructure()
    {
        using var frame = Frame.Rent(64, 36, DateTimeOffset.UnixEpoch, 0, 0);
        frame.Pixels.Fill(90);
        var picture = PictureStatistics.Of(frame);
        Assert.Equal((90, 0, 0), (Math.Round(picture.Brightness, 2), Math.Round(picture.Spread, 2), Math.Round(picture.Structure, 2)));
    }

    [Fact]
    public void Of_HalfBlackHalfWhite_HasSpreadAndStructureOfOneEdge()
    {
        using var frame = Frame.Rent(64, 64, DateTimeOffset.UnixEpoch, 0, 0);
        for (var i = 0; i < frame.Pixels.Length; i++)
            frame.Pixels[i] = (byte)(i / 3 % 64 < 32 ? 0 : 255);
        var picture = PictureStatistics.Of(frame);
        Assert.Equal(127.5, picture.Brightness, 1);
        Assert.Equal(127.5, picture.Spread, 1);
        // 32 rows, each with one step of 255, among 2 · 32 · 31 pairs of neighbours.
        Assert.Equal(255 * 32.0 / (2 * 32 * 31), picture.Structure, 2);
    }
}
