// The actions of the generated benchmark, two additional actions, and the phrases for each.
namespace StreamActions.Scenes;

/// <summary>The actions that figures perform.</summary>
internal enum ActionKind
{
    WalksLeft, WalksRight, SitsDown, StandsUp, PicksUpBox, PutsDownBox, FallsDown, GetsUp, OpensDoor, ClosesDoor,
    WavesHand, Jumps, TwoPeopleFighting, TwoPeopleShakingHands, TwoPeopleHugging, StandsStill, EmptyRoom,
    HandsUp, Crouches,
}

/// <summary>
/// An action and its phrases. The placeholder <c>{who}</c> in a phrase is replaced by a person, with or without a shirt colour.
/// </summary>
/// <param name="Kind">The action.</param>
/// <param name="Name">The label.</param>
/// <param name="ReverseOf">The partner whose reversed clips are the clips of this action; null for an action with its own motion.</param>
/// <param name="People">Number of performers: 0, 1 or 2.</param>
/// <param name="Phrases">Descriptions of the action; the first is the canonical phrase.</param>
internal sealed record ActionWords(ActionKind Kind, string Name, ActionKind? ReverseOf, int People, IReadOnlyList<string> Phrases);

/// <summary>All actions that can be generated.</summary>
internal static class ActionCatalog
{
    /// <summary>The benchmark's actions in the order of <see cref="ActionKind"/>: the classes of the demo model.</summary>
    public static IReadOnlyList<ActionWords> All { get; } =
    [
        One(ActionKind.WalksLeft, "walks_left", ActionKind.WalksRight,
            "{who} walks to the left", "{who} walking left", "{who} goes to the left", "{who} moves left across the room",
            "{who} is walking towards the left side"),
        One(ActionKind.WalksRight, "walks_right", null,
            "{who} walks to the right", "{who} walking right", "{who} goes to the right", "{who} moves right across the room",
            "{who} is walking towards the right side"),
        One(ActionKind.SitsDown, "sits_down", null,
            "{who} sits down", "{who} sitting down on a chair", "{who} takes a seat", "{who} lowers onto a chair", "{who} is sitting down"),
        One(ActionKind.StandsUp, "stands_up", ActionKind.SitsDown,
            "{who} stands up", "{who} standing up from a chair", "{who} rises from a seat", "{who} gets off a chair",
            "{who} is standing up"),
        One(ActionKind.PicksUpBox, "picks_up_box", null,
            "{who} picks up a box", "{who} lifts a box", "{who} picking up an item from the floor", "{who} takes a package from the floor",
            "{who} is lifting something up"),
        One(ActionKind.PutsDownBox, "puts_down_box", ActionKind.PicksUpBox,
            "{who} puts down a box", "{who} lowers a box", "{who} putting an item on the floor", "{who} leaves a package on the floor",
            "{who} is setting something down"),
        One(ActionKind.FallsDown, "falls_down", null,
            "{who} falls down", "{who} falling to the floor", "{who} collapses", "{who} drops to the ground", "{who} is falling over"),
        One(ActionKind.GetsUp, "gets_up", ActionKind.FallsDown,
            "{who} gets up from the floor", "{who} getting up", "{who} rises from the ground", "{who} gets back up",
            "{who} is getting up after lying on the floor"),
        One(ActionKind.OpensDoor, "opens_door", null,
            "{who} opens a door", "{who} opening the door", "{who} pulls a door open", "a door is being opened by {who}",
            "{who} is opening a door"),
        One(ActionKind.ClosesDoor, "closes_door", ActionKind.OpensDoor,
            "{who} closes a door", "{who} closing the door", "{who} shuts a door", "a door is being closed by {who}",
            "{who} is closing a door"),
        One(ActionKind.WavesHand, "waves_hand", null,
            "{who} waves a hand", "{who} waving", "{who} waves at the camera", "{who} greets with a raised arm", "{who} is waving an arm"),
        One(ActionKind.Jumps, "jumps", null,
            "{who} jumps", "{who} jumping", "{who} jumps up and down", "{who} hops in place", "{who} is jumping"),
        Two(ActionKind.TwoPeopleFighting, "two_people_fighting",
            "two people fighting", "a fight between two people", "two persons punching each other", "a person punching someone",
            "two people hit each other"),
        Two(ActionKind.TwoPeopleShakingHands, "two_people_shaking_hands",
            "two people shaking hands", "a handshake between two people", "two persons shake hands", "a person shakes hands with someone",
            "two people greet with a handshake"),
        Two(ActionKind.TwoPeopleHugging, "two_people_hugging",
            "two people hugging", "a hug between two people", "two persons embrace", "a person hugs someone",
            "two people hold each other in a hug"),
        One(ActionKind.StandsStill, "stands_still", null,
            "{who} stands still", "{who} standing", "{who} stands and waits", "{who} waiting without moving", "{who} is standing still"),
        new(ActionKind.EmptyRoom, "nobody", null, 0,
            ["an empty room", "nobody is there", "a room without people", "no person in the picture", "nothing is happening"]),
    ];

    /// <summary>
    /// Actions outside the benchmark. They follow the benchmark's actions in <see cref="ActionKind"/>.
    /// Use them to teach the demo model new classes.
    /// </summary>
    public static IReadOnlyList<ActionWords> More { get; } =
    [
        One(ActionKind.HandsUp, "hands_up", null,
            "{who} puts both hands up", "{who} raising both hands", "{who} holds both arms up", "{who} surrenders with raised hands",
            "{who} is putting the hands in the air"),
        One(ActionKind.Crouches, "crouches", null,
            "{who} crouches", "{who} crouching down", "{who} squats with the arms around the knees", "{who} ducks down low",
            "{who} is cowering on the floor"),
    ];

    /// <summary>The catalogue entry of an action.</summary>
    public static ActionWords Of(ActionKind kind) => (int)kind < All.Count ? All[(int)kind] : More[(int)kind - All.Count];

    /// <summary>Parses a comma-separated list of action names, such as <c>walks_right,waves_hand</c>.</summary>
    /// <exception cref="SceneException">A name is unknown, or the list is empty.</exception>
    public static IReadOnlyList<ActionKind> Parse(string names)
    {
        SceneException Invalid(string reason) =>
            new($"--actions {names}: {reason}. Known actions: {string.Join(", ", All.Concat(More).Select(a => a.Name))}");
        ActionKind[] kinds = [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name =>
            All.Concat(More).FirstOrDefault(a => a.Name == name)?.Kind ?? throw Invalid($"unknown action '{name}'"))];
        return kinds.Length > 0 ? kinds : throw Invalid("the list is empty");
    }

    /// <summary>The other action of a time-order pair: its clips are this action's clips played backwards. Null without a pair.</summary>
    public static ActionKind? Partner(ActionKind kind) =>
        Of(kind).ReverseOf ?? All.FirstOrDefault(a => a.ReverseOf == kind)?.Kind;

    private static ActionWords One(ActionKind kind, string name, ActionKind? reverseOf, params string[] phrases) =>
        new(kind, name, reverseOf, 1, phrases);

    private static ActionWords Two(ActionKind kind, string name, params string[] phrases) => new(kind, name, null, 2, phrases);
}
