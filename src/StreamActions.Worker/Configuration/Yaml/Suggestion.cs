// "Did you mean": the known word that lies nearest to a wrong one.
namespace StreamActions.Worker.Configuration;

/// <summary>Suggests words.</summary>
internal static class Suggestion
{
    /// <summary><c>did you mean 'x'?</c>, or else <c>known are a, b, c</c>.</summary>
    public static string For(string word, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0)
            return "remove it";
        var nearest = known.MinBy(candidate => Distance(word, candidate))!;
        return Distance(word, nearest) <= Math.Max(1, Math.Min(word.Length, nearest.Length) / 3)
            ? $"did you mean '{nearest}'?"
            : $"known are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
    }

    /// <summary>Edits (insert, delete, replace, swap neighbours; case and hyphens do not count) from one word to the other.</summary>
    internal static int Distance(string from, string to)
    {
        from = Plain(from);
        to = Plain(to);
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

    private static string Plain(string word) =>
        new([.. word.Where(letter => letter is not ('-' or '_' or ' ')).Select(char.ToLowerInvariant).Take(64)]);
}
