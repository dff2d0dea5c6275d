// The smallest data with temporal information: a bar that moves to the right, or the reversed clip.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Training;

internal sealed class MovingBarSource(int frames, int size) : IClipSource
{
    public IReadOnlyList<ClipClass> Classes { get; } = [new("right", "a bar moves right", 1), new("left", "a bar moves left", 0)];

    public IEnumerable<string> Texts => Classes.Select(c => c.Phrase);

    public TrainingClip Training(long index, int earlier = 0) => Make((int)(index % 2), earlier, new Random((int)index));

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) =>
        [new("bars", Classes, Supervised: true, Enumerable.Range(0, 2 * perClass)
            .Select(i => new HeldOutClip([Make(i % 2, earlier, new Random(-1 - i)).Pixels], i % 2)))];

    // The bar rests at its first place in the earlier frames, so that they do not show where it will move.
    private TrainingClip Make(int label, int earlier, Random random)
    {
        var pixels = new byte[(earlier + frames) * size * size * 3];
        var clip = earlier * size * size * 3;
        // The clip first: it does not depend on the number of earlier frames.
        random.NextBytes(pixels.AsSpan(clip));
        var start = random.Next(size / 2);
        random.NextBytes(pixels.AsSpan(0, clip));
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] /= 3;
        var speed = size / 2 / frames;
        for (var t = 0; t < earlier + frames; t++)
        {
            var moved = Math.Max(0, t - earlier);
            var x = start + speed * (label == 0 ? moved : frames - 1 - moved);
            for (var y = 0; y < size; y++)
                for (var k = 0; k < 4 * 3; k++)
                    pixels[((t * size + y) * size + Math.Min(x, size - 4)) * 3 + k] = 255;
        }
        return new(pixels, label, null, Classes[label].Phrase, null);
    }
}
