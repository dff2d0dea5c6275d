// The generated benchmark as training data: an endless sequence of training clips, and held-out clips from separate seeds.
using System.Text.Json;
using StreamActions.Core.Clips;
using StreamActions.Scenes;

namespace StreamActions.Trainer.Data;

/// <summary>
/// Generated clips. Training seeds and held-out seeds never overlap, and no training clip shows a novel composition.
/// </summary>
/// <param name="spec">Size and timing of clips.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="warmUpClips">
/// Number of clips over which scenes grow from bare to the benchmark's difficulty; 0 starts at full difficulty.
/// </param>
internal sealed class GeneratedClipSource(ClipSpec spec, ulong seed = 0, long warmUpClips = 24_000) : IClipSource
{
    /// <summary>First seed of held-out clips.</summary>
    internal const ulong HeldOutSeeds = 1UL << 62;
    /// <summary>First seed of held-out poses.</summary>
    internal const ulong PoseSeeds = HeldOutSeeds | 1UL << 41;
    private const ulong CompositionSeeds = HeldOutSeeds | 1UL << 40;
    private const double InterludeShare = 0.12;
    // A run uses one of 2²¹ ranges of 2⁴⁰ seeds each; all of them are below 2⁶¹.
    private const ulong Ranges = 1UL << 21;

    /// <summary>The clips of the demo model: 2 seconds of 64 × 64 pictures.</summary>
    public static ClipSpec DemoClip { get; } = new(Frames: 8, SampleFps: 4, Size: 64, ResizeRule.Squash);

    public IReadOnlyList<ClipClass> Classes { get; } =
        [.. ActionCatalog.All.Select(a => new ClipClass(a.Name, Captions.Canonical(a), (int?)ActionCatalog.Partner(a.Kind)))];

    public IEnumerable<string> Texts => Captions.All().Concat(Captions.AllOfStates());

    /// <inheritdoc/>
    /// <remarks>
    /// A clip of a time-order pair is followed by its twin: the same frames in reverse order, with the other action's caption. A batch of
    /// even size holds both, so only time separates them. A twin that would be a novel composition is left out. Some pairs of clips show
    /// poses and movements between actions, so that the network learns scenes without an action.
    /// </remarks>
    public TrainingClip Training(long index, int earlier = 0)
    {
        if (IsInterlude(SeedOf(index - index % 2)))
            return InterludeClip(index, earlier);
        if (index % 2 == 1 && ActionCatalog.Partner(ClipGenerator.ActionOf(SeedOf(index - 1))) is { } twin && Shirt(index - 1) is var shirt
            && !Compositions.IsNovel(new(twin, shirt!)))
            return Make(index - 1, twin, shirt, earlier);
        return Make(index, ClipGenerator.ActionOf(SeedOf(index)), Shirt(index), earlier);
    }

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) =>
    [
        new("actions", Classes, Supervised: true, Enumerable.Range(0, perClass).SelectMany(n => ActionCatalog.All.Select(a =>
        {
            var clipSeed = HeldOutSeeds + (ulong)(n * ActionCatalog.All.Count + (int)a.Kind);
            return HeldOut(clipSeed, a.Kind, Compositions.BaseShirt(a.Kind, clipSeed), (int)a.Kind, earlier);
        }))),
        Composed("base-compositions", Compositions.All, Compositions.Base, 0, (perClass, earlier)),
        Composed("novel-compositions", Compositions.All, Compositions.Novel, 1UL << 39, (perClass, earlier)),
        // An easier set: all candidates are novel.
        Composed("novel-alone", Compositions.Novel, Compositions.Novel, 1UL << 39, (perClass, earlier)),
        HeldPoses(perClass, earlier),
    ];

    private EvaluationSet Composed(
        string name, IReadOnlyList<Composition> candidates, IReadOnlyList<Composition> shown, ulong seeds,
        (int PerClass, int Earlier) clips)
    {
        // Scaled so that both sets have about the same number of clips, although there are more base compositions than novel ones.
        var each = Math.Max(1, clips.PerClass * Compositions.Novel.Count / shown.Count);
        var places = candidates.Index().ToDictionary(c => c.Item, c => c.Index);
        return new(
            name, [.. candidates.Select(c => new ClipClass($"{ActionCatalog.Of(c.Action).Name}/{c.Shirt}", Captions.Canonical(c), null))],
            Supervised: false,
            Enumerable.Range(0, each).SelectMany(n => shown.Select((c, i) =>
                HeldOut(CompositionSeeds + seeds + (ulong)(n * shown.Count + i), c.Action, c.Shirt, places[c], clips.Earlier))));
    }

    // A person rests in the final pose of an action. The candidates are these poses and all actions.
    private EvaluationSet HeldPoses(int perClass, int earlier)
    {
        VisibleState[] poses = [VisibleState.SitsOnChair, VisibleState.LiesOnFloor, VisibleState.HoldsBox];
        static string Name(VisibleState pose) => JsonNamingPolicy.SnakeCaseLower.ConvertName(pose.ToString());
        ClipClass[] classes =
        [
            .. Classes.Select(c => c with { Reverse = null }),
            .. poses.Select(p => new ClipClass(Name(p), Captions.Canonical(p), null)),
        ];
        return new("held-poses", classes, Supervised: false,
            Enumerable.Range(0, perClass).SelectMany(n => poses.Select((pose, i) =>
                new HeldOutClip(
                    [Interlude.Hold(PoseSeeds + (ulong)(n * poses.Length + i), spec, 1, pose, earlier).Pixels], Classes.Count + i))));
    }

    private TrainingClip InterludeClip(long index, int earlier)
    {
        var twin = index % 2 == 1 && Interlude.IsWalk(SeedOf(index - 1));
        var shown = twin ? index - 1 : index;
        var clip = Interlude.Generate(SeedOf(shown), spec, Difficulty(shown), backwards: twin, earlier);
        var (action, captionState) = ((int?)clip.Action, clip.Said is { } named ? VisibleStates.Number(named) : (int?)null);
        // A clip whose caption names a pose has no class. Many of these clips show a person who stands still; as members of that class
        // they would make it several times as frequent as the others.
        return new(
            clip.Pixels, captionState is null ? action!.Value : TrainingClip.NoClass, clip.Shirt, clip.Caption.Text, clip.Caption.Colour)
        {
            AlsoTrue = [.. new[] { clip.State is { } state ? VisibleStates.Number(state) : (int?)null, action }.OfType<int>()],
            CaptionLabel = captionState ?? action!.Value,
        };
    }

    // Derives a separate random sequence: the clip itself draws from the plain seed.
    private static bool IsInterlude(ulong clipSeed) => new SeededRandom(Seeds.Of(clipSeed, 5)).NextDouble() < InterludeShare;

    private double Difficulty(long index) => warmUpClips == 0 ? 1 : Math.Min(1, (double)index / warmUpClips);

    private string? Shirt(long index) => Compositions.BaseShirt(ClipGenerator.ActionOf(SeedOf(index)), SeedOf(index));

    private ulong SeedOf(long index) => ((seed % Ranges) << 40) + (ulong)index;

    private HeldOutClip HeldOut(ulong clipSeed, ActionKind action, string? shirt, int label, int earlier) =>
        new([ClipGenerator.Generate(clipSeed, spec, action, shirt: shirt, earlier: earlier).Pixels], label);

    private TrainingClip Make(long index, ActionKind action, string? shirt, int earlier)
    {
        var clip = ClipGenerator.Generate(SeedOf(index), spec, action, Difficulty(index), shirt, earlier);
        return new(clip.Pixels, (int)clip.Action, clip.Colour, clip.Caption.Text, clip.Caption.Colour);
    }
}
