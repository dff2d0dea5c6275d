// The smallest data with temporal information: a bar that moves to the right, or the reversed clip.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Training;

internal sealed class MovingBarSource(int frames, int size) : IClipSource
{
    public IReadOnlyList<ClipClass> Classes { get; } = [new("right", "a bar moves right", 1), new("left", "a bar moves left", 0)];

    public IEnumerable<string> Texts => Classes.Select(c => c.Phrase);

    public TrainingClip Training(long index) => Make((int)(index % 2), new Random((int)index));

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass) =>
        [new("bars", Classes, Supervised: true, Enumerable.Range(0, 2 * perClass)
            .Select(i => new HeldOutClip([Make(i % 2, new Random(-1 - i)).Pixels], i % 2)))];

    private TrainingClip Make(int label, Random random)
    {
        var pixels = new byte[frames * size * size * 3];
        random.NextBytes(pixels);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] /= 3;
        var start = random.Next(size / 2);
        var speed = size / 2 / frames;
        for (var t = 0; t < frames; t++)
        {
            var x = start + speed * (label == 0 ? t : frames - 1 - t);
            for (var y = 0; y < size; y++)
                for (var k = 0; k < 4 * 3; k++)
                    pixels[((t * size + y) * size + Math.Min(x, size - 4)) * 3 + k] = 255;
        }
        return new(pixels, label, null, Classes[label].Phrase, null);
    }
}
