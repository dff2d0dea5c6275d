// Generated pictures with captions, as clips of one frame: what a miniature CLIP is pretrained on (docs/model.md §9).
using StreamActions.Core.Clips;
using StreamActions.Scenes;

namespace StreamActions.Trainer.Data;

/// <summary>Pictures by the generator. Training seeds and held-out seeds never meet.</summary>
/// <param name="spec">Size; one frame.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="warmUpImages">Pictures over which scenes grow from bare to what the benchmark has.</param>
internal sealed class GeneratedImageSource(ClipSpec spec, ulong seed = 0, long warmUpImages = 60_000) : IClipSource
{
    private const ulong HeldOutSeeds = 1UL << 62 | 1UL << 50;
    private const ulong Ranges = 1UL << 21;

    /// <summary>The pictures that the demo model is pretrained on.</summary>
    public static ClipSpec DemoImage { get; } = GeneratedClipSource.DemoClip with { Frames = 1 };

    /// <inheritdoc/>
    /// <remarks>Visible states; there is no classification head for them.</remarks>
    public IReadOnlyList<ClipClass> Classes { get; } =
        [.. Enum.GetValues<VisibleState>().Select(s => new ClipClass(s.ToString(), Captions.Canonical(s), null))];

    public IEnumerable<string> Texts => Captions.AllOfStates().Concat(Captions.All());

    public TrainingClip Training(long index)
    {
        // Another half of the seeds than the clips' of a run with this seed.
        var image = ImageGenerator.Generate(
            ((seed % Ranges) << 40) + (1UL << 39) + (ulong)index, spec, warmUpImages == 0 ? 1 : Math.Min(1, (double)index / warmUpImages));
        return new(image.Pixels, (int)image.Action, image.Shirt, image.Caption.Text, image.Caption.Colour)
        {
            AlsoTrue = [.. image.States.Select(VisibleStates.Number)],
            // Of an action that lasts, the word for it and the word for what is seen say the same.
            Says = image.Said is { } state ? VisibleStates.Number(state)
                : VisibleStates.Lasts(image.Action) && image.States.Count > 0 ? VisibleStates.Number(image.States[0]) : (int)image.Action,
        };
    }

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass) =>
    [
        new("states", Classes, Supervised: false, from image in HeldOut(perClass * Classes.Count)
                                                  where image.States.Count > 0
                                                  select new HeldOutClip([image.Pixels], (int)image.States[0])),
        new("shirts", [.. SceneLook.ShirtNames.Select(c => new ClipClass(c, Captions.InShirt("a person", c), null))], Supervised: false,
            from image in HeldOut(perClass * SceneLook.ShirtNames.Count)
            where image.Shirt is not null
            select new HeldOutClip([image.Pixels], SceneLook.ShirtNames.Index().First(s => s.Item == image.Shirt).Index)),
    ];

    private IEnumerable<GeneratedImage> HeldOut(int count) =>
        Enumerable.Range(0, count).Select(n => ImageGenerator.Generate(HeldOutSeeds + (ulong)n, spec, 1));
}
