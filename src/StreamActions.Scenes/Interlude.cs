// Clips between actions: a held pose, or one person who walks in or out while another stands.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A clip between actions.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3], with the earlier frames before them.</param>
/// <param name="Action">The action that the clip also shows, standing still or walking; null if none.</param>
/// <param name="State">The held pose; null if a person walks.</param>
/// <param name="Shirt">Shirt colour of the person in a held pose; null for a walk.</param>
/// <param name="Caption">A true caption.</param>
/// <param name="Said">The state that the caption names; null if the caption names the action.</param>
internal sealed record Interlude(byte[] Pixels, ActionKind? Action, VisibleState? State, string? Shirt, Caption Caption, VisibleState? Said)
{
    private const double StateShare = 0.7;

    /// <summary>Shirt colours of all people in the picture: the resting person first, then the walking person or the bystander.</summary>
    public required IReadOnlyList<string> Shirts { get; init; }

    // The poses before and after a movement.
    private static readonly (ActionKind Of, ActionPhase Phase, VisibleState Shown)[] Held =
    [
        .. new[] { ActionKind.SitsDown, ActionKind.FallsDown, ActionKind.PicksUpBox, ActionKind.OpensDoor }
            .Select(of => (of, ActionPhase.After, VisibleStates.At(of, 1)[0])),
        .. new[] { ActionKind.SitsDown, ActionKind.PicksUpBox, ActionKind.OpensDoor }
            .Select(of => (of, ActionPhase.Before, VisibleStates.At(of, 0)[0])),
    ];

    private static readonly ActionKind[] Meetings =
        [ActionKind.TwoPeopleFighting, ActionKind.TwoPeopleShakingHands, ActionKind.TwoPeopleHugging];

    /// <summary>The held poses, in a fixed order.</summary>
    public static IReadOnlyList<VisibleState> Poses { get; } = [.. Held.Select(h => h.Shown)];

    /// <summary>True if the interlude of a seed shows a walk. Only a walk can be reversed.</summary>
    public static bool IsWalk(ulong seed) => IsWalk(Choices(seed));

    /// <summary>Generates the interlude of a seed.</summary>
    /// <param name="seed">Seed of all random choices.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="difficulty">From 0 (simple scenes at the start of training) to 1 (the benchmark).</param>
    /// <param name="backwards">Reverses the frames of a walk; no effect on a held pose.</param>
    /// <param name="earlier">Number of frames of the same scene to add before the clip.</param>
    public static Interlude Generate(ulong seed, ClipSpec spec, double difficulty, bool backwards = false, int earlier = 0)
    {
        var random = Choices(seed);
        return IsWalk(random)
            ? Walk(seed, spec, difficulty, Meetings[random.Next(Meetings.Length)],
                random.Next(2) == 0 ? ActionPhase.Before : ActionPhase.After, (backwards, earlier))
            : Hold(seed, spec, difficulty, Poses[random.Next(Poses.Count)], earlier);
    }

    /// <summary>
    /// Generates a held pose. The person sways slightly or, in half of the clips, does not move at all; only camera noise and shake remain.
    /// </summary>
    /// <param name="seed">Seed of all other random choices.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="difficulty">From 0 (simple scenes at the start of training) to 1 (the benchmark).</param>
    /// <param name="pose">One of <see cref="Poses"/>.</param>
    /// <param name="earlier">
    /// Number of frames of the same scene to add before the clip. They may show the movement into the pose, if the person moves at all.
    /// </param>
    public static Interlude Hold(ulong seed, ClipSpec spec, double difficulty, VisibleState pose, int earlier = 0)
    {
        var (of, phase, _) = Held.First(h => h.Shown == pose);
        ActionKind? action = pose is VisibleState.SitsOnChair or VisibleState.LiesOnFloor ? null : ActionKind.StandsStill;
        // The shirt must form no novel composition with the action, its partner or standing still.
        var shirt = Compositions.BaseShirt([of, ActionCatalog.Partner(of)!.Value, ActionKind.StandsStill], seed);
        using var scene = new GeneratedScene(
            seed, spec, of, difficulty, shirt, new() { Phase = phase, EarlierSeconds = earlier / spec.SampleFps });
        var drawing = new ClipDrawing(scene, spec, earlier) { Frozen = scene.Random.Next(2) == 0 };
        drawing.DrawClip();
        VisibleState? named = action is null || scene.Random.NextDouble() < StateShare ? pose : null;
        var caption = named is null
            ? Captions.Random(ActionCatalog.Of(action!.Value), shirt, scene.Random)
            : Captions.Random(pose, shirt, scene.Random);
        drawing.DrawEarlier();
        return new(drawing.Pixels, action, pose, shirt, caption, named) { Shirts = scene.Shirts };
    }

    private static bool IsWalk(SeededRandom random) => random.Next(4) == 0;

    // A derived seed: the scene's own random sequence starts from the seed itself.
    private static SeededRandom Choices(ulong seed) => new(Seeds.Of(seed, 4));

    private static Interlude Walk(
        ulong seed, ClipSpec spec, double difficulty, ActionKind meeting, ActionPhase phase, (bool Backwards, int Earlier) played)
    {
        // Training must not show a novel composition. The walk can be played in both directions, and the waiting person also stands still.
        var walker = Compositions.BaseShirt([ActionKind.WalksLeft, ActionKind.WalksRight], seed);
        var waiting = Compositions.BaseShirt([ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], Seeds.Of(seed, 6));
        using var scene = new GeneratedScene(
            seed, spec, meeting, difficulty, waiting, new(phase, walker, played.Earlier / spec.SampleFps));
        // The second person walks in from the scene's side and walks out to the same side.
        var right = scene.Side > 0 == (phase == ActionPhase.After) != played.Backwards;
        var action = right ? ActionKind.WalksRight : ActionKind.WalksLeft;
        var drawing = new ClipDrawing(scene, spec, played.Earlier) { Backwards = played.Backwards };
        drawing.DrawClip();
        var caption = Captions.Random(ActionCatalog.Of(action), null, scene.Random);
        drawing.DrawEarlier();
        return new(drawing.Pixels, action, null, null, caption, null) { Shirts = scene.Shirts };
    }
}
