// Captions: a phrase for the action, with the person named plainly or by the colour of the shirt.
namespace StreamActions.Trainer.Generation;

/// <summary>A caption and the shirt colour it names, if any.</summary>
internal readonly record struct Caption(string Text, string? Colour);

/// <summary>Puts captions together.</summary>
internal static class Captions
{
    private const double ColourShare = 0.35;

    /// <summary>Ways to name a person without more.</summary>
    private static readonly string[] Plain = ["a person", "someone", "a man", "a woman", "somebody"];

    /// <summary>The phrase that stands for an action, such as <c>a person sits down</c>.</summary>
    public static string Canonical(ActionWords action) => With(action.Phrases[0], Plain[0]);

    /// <summary>The phrase that stands for a composition, such as <c>a person in a red shirt sits down</c>.</summary>
    public static string Canonical(Composition composition) =>
        With(ActionCatalog.Of(composition.Action).Phrases[0], $"{Plain[0]} in a {composition.Shirt} shirt");

    /// <summary>A random caption.</summary>
    public static Caption Random(ActionWords action, string? colour, Random random)
    {
        var phrase = action.Phrases[random.Next(action.Phrases.Count)];
        if (action.People == 1 && colour is not null && random.NextDouble() < ColourShare)
            return new(With(phrase, $"{Plain[random.Next(Plain.Length)]} in a {colour} shirt"), colour);
        return new(With(phrase, random.NextDouble() < 0.5 ? Plain[0] : Plain[random.Next(Plain.Length)]), null);
    }

    /// <summary>Every caption there can be.</summary>
    public static IEnumerable<string> All() =>
        from action in ActionCatalog.All
        from phrase in action.Phrases
        from who in action.People == 1 ? Plain.Concat(from p in Plain from c in SceneLook.ShirtNames select $"{p} in a {c} shirt") : [Plain[0]]
        select With(phrase, who);

    private static string With(string phrase, string who) => phrase.Replace("{who}", who, StringComparison.Ordinal);
}
