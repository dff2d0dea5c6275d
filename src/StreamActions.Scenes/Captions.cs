// Captions: a phrase for the action, in which the person is named with or without a shirt colour.
namespace StreamActions.Scenes;

/// <summary>A caption, and the shirt colour it names; null without a colour.</summary>
internal readonly record struct Caption(string Text, string? Colour);

/// <summary>Composes captions.</summary>
internal static class Captions
{
    private const double ColourShare = 0.35, StateColourShare = 0.6;

    /// <summary>Names of a person without an attribute.</summary>
    private static readonly string[] Plain = ["a person", "someone", "a man", "a woman", "somebody"];

    /// <summary>The canonical phrase of an action, such as <c>a person sits down</c>.</summary>
    public static string Canonical(ActionWords action) => With(action.Phrases[0], Plain[0]);

    /// <summary>All phrases of an action for "a person"; the canonical phrase is first.</summary>
    public static IReadOnlyList<string> Phrases(ActionWords action) => [.. action.Phrases.Select(phrase => With(phrase, Plain[0]))];

    /// <summary>The canonical phrase of a composition, such as <c>a person in a red shirt sits down</c>.</summary>
    public static string Canonical(Composition composition) =>
        With(ActionCatalog.Of(composition.Action).Phrases[0], InShirt(Plain[0], composition.Shirt));

    /// <summary>A random caption of an action.</summary>
    public static Caption Random(ActionWords action, string? colour, Random random)
    {
        var phrase = action.Phrases[random.Next(action.Phrases.Count)];
        if (action.People == 1 && colour is not null && random.NextDouble() < ColourShare)
            return new(With(phrase, InShirt(Plain[random.Next(Plain.Length)], colour)), colour);
        return new(With(phrase, random.NextDouble() < 0.5 ? Plain[0] : Plain[random.Next(Plain.Length)]), null);
    }

    /// <summary>The canonical phrase of a state, such as <c>a person sits on a chair</c>.</summary>
    public static string Canonical(VisibleState state) => With(VisibleStates.Phrases(state)[0], Plain[0]);

    /// <summary>A random caption of a state.</summary>
    public static Caption Random(VisibleState state, string? colour, Random random)
    {
        var phrases = VisibleStates.Phrases(state);
        var phrase = phrases[random.Next(phrases.Count)];
        var who = Plain[random.Next(Plain.Length)];
        return VisibleStates.OfOnePerson(state) && colour is not null && random.NextDouble() < StateColourShare
            ? new(With(phrase, InShirt(who, colour)), colour)
            : new(With(phrase, who), null);
    }

    /// <summary>All possible captions of actions.</summary>
    public static IEnumerable<string> All() =>
        from action in ActionCatalog.All
        from phrase in action.Phrases
        from who in PersonNames(action.People == 1)
        select With(phrase, who);

    /// <summary>All possible captions of states.</summary>
    public static IEnumerable<string> AllOfStates() =>
        from state in Enum.GetValues<VisibleState>()
        from phrase in VisibleStates.Phrases(state)
        from who in PersonNames(VisibleStates.OfOnePerson(state))
        select With(phrase, who);

    private static IEnumerable<string> PersonNames(bool onePerson) =>
        onePerson ? Plain.Concat(from p in Plain from c in SceneLook.ShirtNames select InShirt(p, c)) : [Plain[0]];

    /// <summary>A person with a shirt colour, such as <c>someone in an orange shirt</c>.</summary>
    public static string InShirt(string who, string colour) =>
        $"{who} in {("aeiou".Contains(colour[0], StringComparison.Ordinal) ? "an" : "a")} {colour} shirt";

    private static string With(string phrase, string who) => phrase.Replace("{who}", who, StringComparison.Ordinal);
}
