// A picture in numbers.
using CsCheck;
using StreamActions.Video;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class PictureFactsTests
{
    [Fact]
    public void FingerprintOf_OneByteChanged_IsAnother() =>
        Gen.Byte.Array[1, 200].SelectMany(pixels => Gen.Select(Gen.Const(pixels), Gen.Int[0, pixels.Length - 1], Gen.Int[1, 255])).Sample((pixels, where, by) =>
        {
            var before = PictureFacts.FingerprintOf(pixels);
            Assert.Equal(before, PictureFacts.FingerprintOf([.. pixels]));
            pixels[where] ^= (byte)by;
            Assert.NotEqual(before, PictureFacts.FingerprintOf(pixels));
            pixels[where] ^= (byte)by;
        });

    [Fact]
    public void Of_OneColour_HasNoStructure()
    {
        using var frame = Frame.Rent(64, 36, DateTimeOffset.UnixEpoch, 0, 0);
        frame.Pixels.Fill(90);
        var facts = PictureFacts.Of(frame);
        Assert.Equal((90, 0, 0), (Math.Round(facts.Brightness, 2), Math.Round(facts.Spread, 2), Math.Round(facts.Structure, 2)));
    }

    [Fact]
    public void Of_HalfBlackHalfWhite_HasSpreadAndAnEdge()
    {
        using var frame = Frame.Rent(64, 64, DateTimeOffset.UnixEpoch, 0, 0);
        for (var i = 0; i < frame.Pixels.Length; i++)
            frame.Pixels[i] = (byte)(i / 3 % 64 < 32 ? 0 : 255);
        var facts = PictureFacts.Of(frame);
        Assert.Equal(127.5, facts.Brightness, 1);
        Assert.Equal(127.5, facts.Spread, 1);
        // 32 rows, each with one step of 255, among 2 · 32 · 31 pairs of neighbours.
        Assert.Equal(255 * 32.0 / (2 * 32 * 31), facts.Structure, 2);
    }
}
