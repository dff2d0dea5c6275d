// What a camera sees between actions: a pose that is held, or somebody who comes or goes while another stands there.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A clip between actions.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
/// <param name="Action">The action that is true of it all the same: standing still, or walking; null when none is.</param>
/// <param name="State">What is to be seen; null when somebody walks.</param>
/// <param name="Shirt">The person's shirt; null when there are two.</param>
/// <param name="Caption">A caption that is true of it.</param>
/// <param name="Said">The state that the caption names; null when it names the action.</param>
internal sealed record Interlude(byte[] Pixels, ActionKind? Action, VisibleState? State, string? Shirt, Caption Caption, VisibleState? Said)
{
    private const double StateShare = 0.7;

    /// <summary>What everybody in the picture wears: who rests there first, then who walks or stands about.</summary>
    public required IReadOnlyList<string> Shirts { get; init; }

    // What is to be seen before a movement and after it.
    private static readonly (ActionKind Of, ActionPhase Phase, VisibleState Shown)[] Held =
    [
        .. new[] { ActionKind.SitsDown, ActionKind.FallsDown, ActionKind.PicksUpBox, ActionKind.OpensDoor }
            .Select(of => (of, ActionPhase.After, VisibleStates.At(of, 1)[0])),
        .. new[] { ActionKind.SitsDown, ActionKind.PicksUpBox, ActionKind.OpensDoor }
            .Select(of => (of, ActionPhase.Before, VisibleStates.At(of, 0)[0])),
    ];

    private static readonly ActionKind[] Meetings =
        [ActionKind.TwoPeopleFighting, ActionKind.TwoPeopleShakingHands, ActionKind.TwoPeopleHugging];

    /// <summary>The poses that are held, in an order that does not change.</summary>
    public static IReadOnlyList<VisibleState> Poses { get; } = [.. Held.Select(h => h.Shown)];

    /// <summary>True when the interlude of a seed shows somebody walking: then it can be played backwards.</summary>
    public static bool IsWalk(ulong seed) => IsWalk(Choices(seed));

    /// <summary>The interlude of a seed.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="difficulty">1 for the benchmark; down to 0 for the bare scenes that learning starts with.</param>
    /// <param name="backwards">The same frames in the other order; a pose is the same either way.</param>
    public static Interlude Generate(ulong seed, ClipSpec spec, double difficulty, bool backwards = false)
    {
        var random = Choices(seed);
        return IsWalk(random)
            ? Walk(seed, spec, difficulty, Meetings[random.Next(Meetings.Length)],
                random.Next(2) == 0 ? ActionPhase.Before : ActionPhase.After, backwards)
            : Hold(seed, spec, difficulty, Poses[random.Next(Poses.Count)]);
    }

    /// <summary>
    /// A pose that is held: with the sway of somebody who rests, or as still as a frozen picture, but for the camera's noise.
    /// </summary>
    /// <param name="seed">Decides everything else.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="difficulty">1 for the benchmark; down to 0 for the bare scenes that learning starts with.</param>
    /// <param name="pose">One of <see cref="Poses"/>.</param>
    public static Interlude Hold(ulong seed, ClipSpec spec, double difficulty, VisibleState pose)
    {
        var (of, phase, _) = Held.First(h => h.Shown == pose);
        ActionKind? action = pose is VisibleState.SitsOnChair or VisibleState.LiesOnFloor ? null : ActionKind.StandsStill;
        // Nor does the pose show what is kept for the test.
        var shirt = Compositions.BaseShirt([of, ActionCatalog.Partner(of)!.Value, ActionKind.StandsStill], seed);
        using var scene = new GeneratedScene(seed, spec, of, difficulty, shirt, phase);
        var frozen = scene.Random.Next(2) == 0;
        var pixels = Draw(scene, spec, t => frozen ? 0 : t, backwards: false);
        VisibleState? said = action is null || scene.Random.NextDouble() < StateShare ? pose : null;
        var caption = said is null
            ? Captions.Random(ActionCatalog.Of(action!.Value), shirt, scene.Random)
            : Captions.Random(pose, shirt, scene.Random);
        return new(pixels, action, pose, shirt, caption, said) { Shirts = scene.Shirts };
    }

    private static bool IsWalk(SeededRandom random) => random.Next(4) == 0;

    // Another sequence than the scene's, which begins with the same seed.
    private static SeededRandom Choices(ulong seed) => new(Seeds.Of(seed, 4));

    private static Interlude Walk(ulong seed, ClipSpec spec, double difficulty, ActionKind meeting, ActionPhase phase, bool backwards)
    {
        // A walk that shows what is kept for the test would teach it, either way round; and the one who stays shows how somebody stands.
        var walker = Compositions.BaseShirt([ActionKind.WalksLeft, ActionKind.WalksRight], seed);
        var waiting = Compositions.BaseShirt([ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], Seeds.Of(seed, 6));
        using var scene = new GeneratedScene(seed, spec, meeting, difficulty, waiting, phase, walker);
        // The other one comes from the style's side and goes back there.
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
