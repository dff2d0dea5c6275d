// The generated benchmark as training data: endless training clips, and held-out ones from seeds of their own.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Generation;

namespace StreamActions.Trainer.Data;

/// <summary>Clips by the generator. Training seeds and held-out seeds never meet.</summary>
internal sealed class GeneratedClipSource(ClipSpec spec, ulong seed = 0) : IClipSource
{
    private const ulong HeldOutSeeds = 1UL << 62;
    // Runs have 2²¹ ranges of 2⁴⁰ seeds each: all of them below 2⁶¹.
    private const ulong Ranges = 1UL << 21;

    /// <summary>Clips over which scenes grow from bare to what the benchmark has: figures are learnt first, then how to find them anywhere.</summary>
    private const double WarmUpClips = 24_000;

    /// <summary>The clips of the demo model: 2 seconds of 64-pixel pictures.</summary>
    public static ClipSpec DemoClip { get; } = new(Frames: 8, SampleFps: 4, Size: 64, ResizeRule.Squash);

    public IReadOnlyList<ClipClass> Classes { get; } =
        [.. ActionCatalog.All.Select(a => new ClipClass(a.Name, Captions.Canonical(a), (int?)ActionCatalog.Partner(a.Kind)))];

    public IEnumerable<string> Texts => Captions.All();

    /// <inheritdoc/>
    /// <remarks>
    /// After a clip of an action that is another one played backwards comes its twin, the same frames in the other order with the other action's
    /// caption: in one batch (of even size), the two can be told apart by nothing but time.
    /// </remarks>
    public TrainingClip Training(long index)
    {
        var twinOf = index % 2 == 1 ? ActionCatalog.Partner(ClipGenerator.ActionOf(SeedOf(index - 1))) : null;
        var first = twinOf is null ? index : index - 1;
        return ToClip(ClipGenerator.Generate(SeedOf(first), spec, twinOf, Math.Min(1, first / WarmUpClips)));
    }

    private ulong SeedOf(long index) => ((seed % Ranges) << 40) + (ulong)index;

    public IEnumerable<TrainingClip> HeldOut(int perClass) =>
        from n in Enumerable.Range(0, perClass)
        from action in ActionCatalog.All
        select ToClip(ClipGenerator.Generate(HeldOutSeeds + (ulong)(n * ActionCatalog.All.Count + (int)action.Kind), spec, action.Kind));

    private static TrainingClip ToClip(GeneratedClip clip) => new(clip.Pixels, (int)clip.Action, clip.Colour, clip.Caption.Text, clip.Caption.Colour);
}
