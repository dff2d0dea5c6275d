// Clips between actions: a held pose, or one person who walks in or out while another stands.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A clip between actions.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
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
    public static Interlude Generate(ulong seed, ClipSpec spec, double difficulty, bool backwards = false)
    {
        var random = Choices(seed);
        return IsWalk(random)
            ? Walk(seed, spec, difficulty, Meetings[random.Next(Meetings.Length)],
                random.Next(2) == 0 ? ActionPhase.Before : ActionPhase.After, backwards)
            : Hold(seed, spec, difficulty, Poses[random.Next(Poses.Count)]);
    }

    /// <summary>
    /// Generates a held pose. The person sways slightly or, in half of the clips, does not move at all; only camera noise and shake remain.
    /// </summary>
    /// <param name="seed">Seed of all other random choices.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="difficulty">From 0 (simple scenes at the start of training) to 1 (the benchmark).</param>
    /// <param name="pose">One of <see cref="Poses"/>.</param>
    public static Interlude Hold(ulong seed, ClipSpec spec, double difficulty, VisibleState pose)
    {
        var (of, phase, _) = Held.First(h => h.Shown == pose);
        ActionKind? action = pose is VisibleState.SitsOnChair or VisibleState.LiesOnFloor ? null : ActionKind.StandsStill;
        // The shirt must form no novel composition with the action, its partner or standing still.
        var shirt = Compositions.BaseShirt([of, ActionCatalog.Partner(of)!.Value, ActionKind.StandsStill], seed);
        using var scene = new GeneratedScene(seed, spec, of, difficulty, shirt, phase);
        var frozen = scene.Random.Next(2) == 0;
        var pixels = Draw(scene, spec, t => frozen ? 0 : t, backwards: false);
        VisibleState? named = action is null || scene.Random.NextDouble() < StateShare ? pose : null;
        var caption = named is null
            ? Captions.Random(ActionCatalog.Of(action!.Value), shirt, scene.Random)
            : Captions.Random(pose, shirt, scene.Random);
        return new(pixels, action, pose, shirt, caption, named) { Shirts = scene.Shirts };
    }

    private static bool IsWalk(SeededRandom random) => random.Next(4) == 0;

    // A derived seed: the scene's own random sequence starts from the seed itself.
    private static SeededRandom Choices(ulong seed) => new(Seeds.Of(seed, 4));

    private static Interlude Walk(ulong seed, ClipSpec spec, double difficulty, ActionKind meeting, ActionPhase phase, bool backwards)
    {
        // Training must not show a novel composition. The walk can be played in both directions, and the waiting person also stands still.
        var walker = Compositions.BaseShirt([ActionKind.WalksLeft, ActionKind.WalksRight], seed);
        var waiting = Compositions.BaseShirt([ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], Seeds.Of(seed, 6));
        using var scene = new GeneratedScene(seed, spec, meeting, difficulty, waiting, phase, walker);
        // The second person walks in from the scene's side and walks out to the same side.
        var right = scene.Side > 0 == (phase == ActionPhase.After) != backwards;
        var action = right ? ActionKind.WalksRight : ActionKind.WalksLeft;
        var pixels = Draw(scene, spec, t => t, backwards);
        return new(pixels, action, null, null, Captions.Random(ActionCatalog.Of(action), null, scene.Random), null)
        {
            Shirts = scene.Shirts,
        };
    }

    private static byte[] Draw(GeneratedScene scene, ClipSpec spec, Func<int, int> time, bool backwards)
    {
        var pixels = new byte[spec.ClipBytes];
        for (var t = 0; t < spec.Frames; t++)
            scene.Draw(time(t) / spec.SampleFps, pixels.AsSpan((backwards ? spec.Frames - 1 - t : t) * spec.FrameBytes, spec.FrameBytes));
        return pixels;
    }
}
