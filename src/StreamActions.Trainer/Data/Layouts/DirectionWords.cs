// Finds texts that name a direction.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Finds words that a mirrored picture makes false.</summary>
internal static class DirectionWords
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "left", "leftward", "leftwards", "right", "rightward", "rightwards",
        "clockwise", "anticlockwise", "counterclockwise", "lefthand", "righthand",
    };

    /// <summary>True when the text contains one of the words as a whole word.</summary>
    public static bool In(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetter(text[i]))
                continue;
            if (i > start && Words.Contains(text[start..i]))
                return true;
            start = i + 1;
        }
        return false;
    }
}
