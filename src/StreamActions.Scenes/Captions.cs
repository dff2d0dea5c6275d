// Captions: a phrase for the action, with the person named plainly or by the colour of the shirt.
namespace StreamActions.Scenes;

/// <summary>A caption and the shirt colour it names, if any.</summary>
internal readonly record struct Caption(string Text, string? Colour);

/// <summary>Puts captions together.</summary>
internal static class Captions
{
    private const double ColourShare = 0.35, StateColourShare = 0.6;

    /// <summary>Ways to name a person without more.</summary>
    private static readonly string[] Plain = ["a person", "someone", "a man", "a woman", "somebody"];

    /// <summary>The phrase that stands for an action, such as <c>a person sits down</c>.</summary>
    public static string Canonical(ActionWords action) => With(action.Phrases[0], Plain[0]);

    /// <summary>All that people say of an action, the person named plainly; the canonical phrase comes first.</summary>
    public static IReadOnlyList<string> Phrases(ActionWords action) => [.. action.Phrases.Select(phrase => With(phrase, Plain[0]))];

    /// <summary>The phrase that stands for a composition, such as <c>a person in a red shirt sits down</c>.</summary>
    public static string Canonical(Composition composition) =>
        With(ActionCatalog.Of(composition.Action).Phrases[0], InShirt(Plain[0], composition.Shirt));

    /// <summary>A random caption.</summary>
    public static Caption Random(ActionWords action, string? colour, Random random)
    {
        var phrase = action.Phrases[random.Next(action.Phrases.Count)];
        if (action.People == 1 && colour is not null && random.NextDouble() < ColourShare)
            return new(With(phrase, InShirt(Plain[random.Next(Plain.Length)], colour)), colour);
        return new(With(phrase, random.NextDouble() < 0.5 ? Plain[0] : Plain[random.Next(Plain.Length)]), null);
    }

    /// <summary>The phrase that stands for a state, such as <c>a person sits on a chair</c>.</summary>
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

    /// <summary>Every caption of an action there can be.</summary>
    public static IEnumerable<string> All() =>
        from action in ActionCatalog.All
        from phrase in action.Phrases
        from who in Whos(action.People == 1)
        select With(phrase, who);

    /// <summary>Every caption of a state there can be.</summary>
    public static IEnumerable<string> AllOfStates() =>
        from state in Enum.GetValues<VisibleState>()
        from phrase in VisibleStates.Phrases(state)
        from who in Whos(VisibleStates.OfOnePerson(state))
        select With(phrase, who);

    private static IEnumerable<string> Whos(bool onePerson) =>
        onePerson ? Plain.Concat(from p in Plain from c in SceneLook.ShirtNames select InShirt(p, c)) : [Plain[0]];

    /// <summary>A person named by the shirt, such as <c>someone in an orange shirt</c>.</summary>
    public static string InShirt(string who, string colour) =>
        $"{who} in {("aeiou".Contains(colour[0], StringComparison.Ordinal) ? "an" : "a")} {colour} shirt";

    private static string With(string phrase, string who) => phrase.Replace("{who}", who, StringComparison.Ordinal);
}
