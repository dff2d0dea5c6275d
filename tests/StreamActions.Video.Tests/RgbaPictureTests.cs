// The picture on the reader's canvas.
using CsCheck;

namespace StreamActions.Video.Tests;

public class RgbaPictureTests
{
    [Fact]
    public void CopyRgb_AnySize_ReturnsThePixelsOfThePicture() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 20], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int).Sample((width, height, right, below, seed) =>
        {
            var canvasWidth = width + right;
            var expected = new byte[width * height * 3];
            new Random(seed).NextBytes(expected);
            var canvas = new byte[canvasWidth * (height + below) * 4];
            for (var i = 0; i < width * height; i++)
            {
                var at = (i / width * canvasWidth + i % width) * 4;
                expected.AsSpan(i * 3, 3).CopyTo(canvas.AsSpan(at));
                canvas[at + 3] = 255;
            }

            var size = RgbaPicture.SizeOf(canvas, canvasWidth, height + below);
            var guarded = new byte[expected.Length + 8];
            RgbaPicture.CopyRgb(canvas, canvasWidth, guarded.AsSpan(0, expected.Length), width, height);

            return size == (width, height) && guarded.AsSpan(0, expected.Length).SequenceEqual(expected) && guarded[^8..].All(b => b == 0);
        });
}
