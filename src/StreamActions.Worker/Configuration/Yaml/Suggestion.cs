// "Did you mean": suggests the known word that is most similar to a wrong one.
namespace StreamActions.Worker.Configuration;

/// <summary>Suggests words.</summary>
internal static class Suggestion
{
    /// <summary><c>did you mean 'x'?</c> for a similar word, otherwise <c>choose one of a, b, c</c>.</summary>
    public static string For(string word, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0)
            return "remove it";
        var nearest = known.MinBy(candidate => Distance(word, candidate))!;
        return Distance(word, nearest) <= Math.Max(1, Math.Min(word.Length, nearest.Length) / 3)
            ? $"did you mean '{nearest}'?"
            : $"choose one of {string.Join(", ", known.Order(StringComparer.Ordinal))}";
    }

    /// <summary>The edit distance: insert, delete, replace, swap neighbours. Ignores case, hyphens, underscores and spaces.</summary>
    internal static int Distance(string from, string to)
    {
        from = Normalise(from);
        to = Normalise(to);
        var table = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }
                var replaced = table[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }
        return table[from.Length, to.Length];
    }

    // The length limit bounds the time for long texts.
    private static string Normalise(string word) =>
        new([.. word.Where(letter => letter is not ('-' or '_' or ' ')).Select(char.ToLowerInvariant).Take(64)]);
}
