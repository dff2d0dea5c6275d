// Generated pictures with captions, as clips of one frame, for pretraining a miniature CLIP (docs/model.md §9).
using StreamActions.Core.Clips;
using StreamActions.Scenes;

namespace StreamActions.Trainer.Data;

/// <summary>Generated pictures. Training seeds and held-out seeds never overlap.</summary>
/// <param name="spec">Size of the pictures, with one frame.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="warmUpImages">
/// Number of pictures over which scenes grow from bare to the benchmark's difficulty; 0 starts at full difficulty.
/// </param>
internal sealed class GeneratedImageSource(ClipSpec spec, ulong seed = 0, long warmUpImages = 60_000) : IClipSource
{
    private const ulong HeldOutSeeds = 1UL << 62 | 1UL << 50;
    private const ulong Ranges = 1UL << 21;

    /// <summary>The pictures that the demo model is pretrained on.</summary>
    public static ClipSpec DemoImage { get; } = GeneratedClipSource.DemoClip with { Frames = 1 };

    /// <inheritdoc/>
    /// <remarks>The classes are visible states, for which there is no classification head.</remarks>
    public IReadOnlyList<ClipClass> Classes { get; } =
        [.. Enum.GetValues<VisibleState>().Select(s => new ClipClass(s.ToString(), Captions.Canonical(s), null))];

    public IEnumerable<string> Texts => Captions.AllOfStates().Concat(Captions.All());

    /// <inheritdoc/>
    /// <remarks>A picture has no earlier frames.</remarks>
    public TrainingClip Training(long index, int earlier = 0)
    {
        // Clips of a run with the same seed use the lower half of its range, pictures the upper half.
        var image = ImageGenerator.Generate(
            ((seed % Ranges) << 40) + (1UL << 39) + (ulong)index, spec, warmUpImages == 0 ? 1 : Math.Min(1, (double)index / warmUpImages));
        return new(image.Pixels, (int)image.Action, image.Shirt, image.Caption.Text, image.Caption.Colour)
        {
            AlsoTrue = [.. image.States.Select(VisibleStates.Number)],
            // For an action that lasts, its caption and the caption of its visible state mean the same.
            CaptionLabel = image.Said is { } state ? VisibleStates.Number(state)
                : VisibleStates.Lasts(image.Action) && image.States.Count > 0 ? VisibleStates.Number(image.States[0]) : (int)image.Action,
        };
    }

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) =>
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
