// Clips for networks with random weights: a smooth background, sensor noise, and two textured boxes that move.
namespace StreamActions.TestKit;

/// <summary>Draws clips.</summary>
public static class MovingPictures
{
    private const int Waves = 14, Boxes = 2;

    /// <summary>A clip, uint8 RGB [frames, size, size, 3]; the same seed gives the same clip.</summary>
    public static byte[] Clip(int size, int frames, int seed)
    {
        Random random = new(seed);
        double Between(double least, double greatest) => least + (greatest - least) * random.NextDouble();
        var background = new double[size * size * 3];
        Array.Fill(background, 110);
        for (var wave = 0; wave < Waves; wave++)
        {
            var (alongX, alongY, strength) = (Between(-25, 25), Between(-25, 25), Between(5, 25));
            double[] phases = [Between(0, 6.28), Between(0, 6.28), Between(0, 6.28)];
            for (var i = 0; i < background.Length; i++)
            {
                var (x, y) = (i / 3 % size / (double)size, i / 3 / size / (double)size);
                background[i] += strength * Math.Sin(alongX * x + alongY * y + phases[i % 3]);
            }
        }
        var side = size / 4;
        var texture = new byte[side * side * 3];
        random.NextBytes(texture);
        var movers = Enumerable.Range(0, Boxes)
            .Select(_ => (X: Between(0, size), Y: Between(0, size), Right: Between(-size, size) / 32, Down: Between(-size, size) / 32))
            .ToArray();
        var clip = new byte[frames * background.Length];
        for (var t = 0; t < frames; t++)
        {
            var frame = clip.AsSpan(t * background.Length, background.Length);
            for (var i = 0; i < frame.Length; i++)
                frame[i] = (byte)Math.Clamp(background[i] + Between(-6, 6), 0, 255);
            foreach (var mover in movers)
            {
                var left = (int)Math.Abs(mover.X + mover.Right * t) % (size - side);
                var top = (int)Math.Abs(mover.Y + mover.Down * t) % (size - side);
                for (var row = 0; row < side; row++)
                    texture.AsSpan(row * side * 3, side * 3).CopyTo(frame[(((top + row) * size + left) * 3)..]);
            }
        }
        return clip;
    }
}
