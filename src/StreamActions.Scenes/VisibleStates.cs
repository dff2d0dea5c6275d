// States that a single picture can show, with captions as in photograph collections.
namespace StreamActions.Scenes;

/// <summary>States that are visible in a single picture.</summary>
internal enum VisibleState
{
    Stands, StandsByChair, SitsOnChair, StandsByBox, BendsDown, HoldsBox, Falls, LiesOnFloor, AtClosedDoor, AtOpenDoor, Walks, RaisesArm,
    Jumps, Fight, Handshake, Hug, EmptyRoom,
}

/// <summary>The phrases of visible states, and the states of an action.</summary>
internal static class VisibleStates
{
    // Below Begun a movement still looks like its start; above Done it looks like its end.
    private const double Begun = 0.2, Done = 0.8;

    private static readonly string[][] Words =
    [
        ["{who} stands", "{who} is standing", "{who} standing upright"],
        ["{who} stands next to a chair", "{who} standing by a chair"],
        ["{who} sits on a chair", "{who} is seated", "{who} is sitting"],
        ["{who} stands next to a box", "{who} with a box on the floor"],
        ["{who} bends down to a box", "{who} bending over"],
        ["{who} holds a box", "{who} carrying a package", "{who} with a box in the hands"],
        ["{who} is about to fall", "{who} leaning far over"],
        ["{who} lies on the floor", "{who} lying on the ground", "{who} is on the floor"],
        ["{who} stands at a closed door", "{who} next to a shut door"],
        ["{who} stands at an open door", "{who} next to an open door"],
        ["{who} walks", "{who} walking", "{who} taking a step"],
        ["{who} raises an arm", "{who} with a raised hand", "{who} with one arm up"],
        ["{who} jumps", "{who} jumping", "{who} hops"],
        ["two people fight", "a fight", "two persons hit each other"],
        ["two people shake hands", "a handshake", "two persons holding hands"],
        ["two people hug", "a hug", "two persons embrace each other"],
        ["an empty room", "nobody in the room", "a room without people"],
    ];

    /// <summary>The label of a state: 1000 + its index, above the labels of all actions.</summary>
    public static int Number(VisibleState state) => 1000 + (int)state;

    /// <summary>Number of states.</summary>
    public static int Count => Words.Length;

    /// <summary>Phrases of a state; the first is the canonical phrase. <c>{who}</c> is the placeholder for the person.</summary>
    public static IReadOnlyList<string> Phrases(VisibleState state) => Words[(int)state];

    /// <summary>True for states of one person; their captions may name the shirt colour.</summary>
    public static bool OfOnePerson(VisibleState state) => Words[(int)state][0].StartsWith("{who}", StringComparison.Ordinal);

    /// <summary>True for lasting actions; false for one-off movements with a start pose and an end pose.</summary>
    public static bool Lasts(ActionKind performed) =>
        performed is not (ActionKind.SitsDown or ActionKind.PicksUpBox or ActionKind.FallsDown or ActionKind.OpensDoor);

    /// <summary>
    /// The visible states at a moment of an action, the most specific first. Empty in mid-movement, where no state applies.
    /// </summary>
    /// <param name="performed">An action with its own motion, not a reversed one.</param>
    /// <param name="progress">Progress: 0 at the start, 1 at the end; below 0 before, above 1 after.</param>
    public static IReadOnlyList<VisibleState> At(ActionKind performed, double progress)
    {
        var going = progress is > 0.05 and < 0.95;
        return performed switch
        {
            ActionKind.WalksRight => [going ? VisibleState.Walks : VisibleState.Stands],
            ActionKind.SitsDown => progress < Begun ? [VisibleState.StandsByChair, VisibleState.Stands]
                : progress > Done ? [VisibleState.SitsOnChair] : [],
            ActionKind.PicksUpBox => progress < Begun ? [VisibleState.StandsByBox, VisibleState.Stands]
                : progress > Done ? [VisibleState.HoldsBox] : progress is > 0.35 and < 0.65 ? [VisibleState.BendsDown] : [],
            ActionKind.FallsDown => progress < Begun ? [VisibleState.Stands]
                : progress > 0.9 ? [VisibleState.LiesOnFloor] : progress is > 0.5 and < 0.75 ? [VisibleState.Falls] : [],
            ActionKind.OpensDoor => progress < Begun ? [VisibleState.AtClosedDoor, VisibleState.Stands]
                : progress > Done ? [VisibleState.AtOpenDoor] : [],
            ActionKind.WavesHand => [going ? VisibleState.RaisesArm : VisibleState.Stands],
            ActionKind.Jumps => [going ? VisibleState.Jumps : VisibleState.Stands],
            ActionKind.TwoPeopleFighting => going ? [VisibleState.Fight] : [],
            ActionKind.TwoPeopleShakingHands => going ? [VisibleState.Handshake] : [],
            ActionKind.TwoPeopleHugging => going ? [VisibleState.Hug] : [],
            ActionKind.StandsStill => [VisibleState.Stands],
            ActionKind.EmptyRoom => [VisibleState.EmptyRoom],
            _ => throw new ArgumentException($"{performed} has no motion of its own; pass its partner", nameof(performed)),
        };
    }
}
