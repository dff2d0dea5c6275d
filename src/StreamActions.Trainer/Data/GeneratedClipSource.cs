// The generated benchmark as training data: endless training clips, and held-out ones from seeds of their own.
using System.Text.Json;
using StreamActions.Core.Clips;
using StreamActions.Scenes;

namespace StreamActions.Trainer.Data;

/// <summary>Clips by the generator. Training seeds and held-out seeds never meet, and novel compositions are in no training clip.</summary>
/// <param name="spec">Size and timing.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="warmUpClips">Clips over which scenes grow from bare to what the benchmark has: figures are learnt first, then how to find
/// them anywhere.</param>
internal sealed class GeneratedClipSource(ClipSpec spec, ulong seed = 0, long warmUpClips = 24_000) : IClipSource
{
    /// <summary>Where the seeds of held-out clips begin.</summary>
    internal const ulong HeldOutSeeds = 1UL << 62;
    /// <summary>Where the seeds of held-out poses begin.</summary>
    internal const ulong PoseSeeds = HeldOutSeeds | 1UL << 41;
    private const ulong CompositionSeeds = HeldOutSeeds | 1UL << 40;
    private const double InterludeShare = 0.12;
    // Runs have 2²¹ ranges of 2⁴⁰ seeds each: all of them below 2⁶¹.
    private const ulong Ranges = 1UL << 21;

    /// <summary>The clips of the demo model: 2 seconds of 64-pixel pictures.</summary>
    public static ClipSpec DemoClip { get; } = new(Frames: 8, SampleFps: 4, Size: 64, ResizeRule.Squash);

    public IReadOnlyList<ClipClass> Classes { get; } =
        [.. ActionCatalog.All.Select(a => new ClipClass(a.Name, Captions.Canonical(a), (int?)ActionCatalog.Partner(a.Kind)))];

    public IEnumerable<string> Texts => Captions.All().Concat(Captions.AllOfStates());

    /// <inheritdoc/>
    /// <remarks>
    /// After a clip of an action that is another one played backwards comes its twin, the same frames in the other order with the other
    /// action's caption: in one batch (of even size), the two can be told apart by nothing but time. A twin that would be a novel
    /// composition is left out. Some pairs of clips show what is between actions, so that a camera's picture is not taken for an action
    /// whenever it is none.
    /// </remarks>
    public TrainingClip Training(long index)
    {
        if (IsInterlude(SeedOf(index - index % 2)))
            return Between(index);
        if (index % 2 == 1 && ActionCatalog.Partner(ClipGenerator.ActionOf(SeedOf(index - 1))) is { } twin && Shirt(index - 1) is var shirt
            && !Compositions.IsNovel(new(twin, shirt!)))
            return Make(SeedOf(index - 1), twin, index - 1, shirt);
        return Make(SeedOf(index), ClipGenerator.ActionOf(SeedOf(index)), index, Shirt(index));
    }

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass) =>
    [
        new("actions", Classes, Supervised: true, Enumerable.Range(0, perClass).SelectMany(n => ActionCatalog.All.Select(a =>
        {
            var own = HeldOutSeeds + (ulong)(n * ActionCatalog.All.Count + (int)a.Kind);
            return HeldOut(own, a.Kind, Compositions.BaseShirt(a.Kind, own), (int)a.Kind);
        }))),
        Composed("base-compositions", Compositions.All, Compositions.Base, 0, perClass),
        Composed("novel-compositions", Compositions.All, Compositions.Novel, 1UL << 39, perClass),
        // The easier question, whose answer can only be a novel one.
        Composed("novel-alone", Compositions.Novel, Compositions.Novel, 1UL << 39, perClass),
        HeldPoses(perClass),
    ];

    private EvaluationSet Composed(
        string name, IReadOnlyList<Composition> candidates, IReadOnlyList<Composition> shown, ulong seeds, int perClass)
    {
        // As many clips an action, whether it has one composition or seven.
        var each = Math.Max(1, perClass * Compositions.Novel.Count / shown.Count);
        var places = candidates.Index().ToDictionary(c => c.Item, c => c.Index);
        return new(
            name, [.. candidates.Select(c => new ClipClass($"{ActionCatalog.Of(c.Action).Name}/{c.Shirt}", Captions.Canonical(c), null))],
            Supervised: false,
            Enumerable.Range(0, each).SelectMany(n => shown.Select((c, i) =>
                HeldOut(CompositionSeeds + seeds + (ulong)(n * shown.Count + i), c.Action, c.Shirt, places[c]))));
    }

    // Somebody rests in a pose that an action ends with: told apart from every action.
    private EvaluationSet HeldPoses(int perClass)
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
                new HeldOutClip([Interlude.Hold(PoseSeeds + (ulong)(n * poses.Length + i), spec, 1, pose).Pixels], Classes.Count + i))));
    }

    private TrainingClip Between(long index)
    {
        var twin = index % 2 == 1 && Interlude.IsWalk(SeedOf(index - 1));
        var shown = twin ? index - 1 : index;
        var clip = Interlude.Generate(SeedOf(shown), spec, Difficulty(shown), backwards: twin);
        var (action, said) = ((int?)clip.Action, clip.Said is { } named ? VisibleStates.Number(named) : (int?)null);
        // Whoever stands in one of many poses stands still, but that class would be seen several times as often as any other.
        return new(clip.Pixels, said is null ? action!.Value : TrainingClip.NoClass, clip.Shirt, clip.Caption.Text, clip.Caption.Colour)
        {
            AlsoTrue = [.. new[] { clip.State is { } state ? VisibleStates.Number(state) : (int?)null, action }.OfType<int>()],
            Says = said ?? action!.Value,
        };
    }

    // Another sequence than the clip's own, which begins with the same seed.
    private static bool IsInterlude(ulong own) => new SeededRandom(Seeds.Of(own, 5)).NextDouble() < InterludeShare;

    private double Difficulty(long index) => warmUpClips == 0 ? 1 : Math.Min(1, (double)index / warmUpClips);

    private string? Shirt(long index) => Compositions.BaseShirt(ClipGenerator.ActionOf(SeedOf(index)), SeedOf(index));

    private ulong SeedOf(long index) => ((seed % Ranges) << 40) + (ulong)index;

    private HeldOutClip HeldOut(ulong own, ActionKind action, string? shirt, int label) =>
        new([ClipGenerator.Generate(own, spec, action, shirt: shirt).Pixels], label);

    private TrainingClip Make(ulong own, ActionKind action, long index, string? shirt)
    {
        var clip = ClipGenerator.Generate(own, spec, action, Difficulty(index), shirt);
        return new(clip.Pixels, (int)clip.Action, clip.Colour, clip.Caption.Text, clip.Caption.Colour);
    }
}
