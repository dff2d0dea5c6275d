// Patterns for names: * matches any characters, ? matches one.
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Configuration;

/// <summary>Matches names.</summary>
internal static class NameGlob
{
    /// <summary>True if the text contains a placeholder.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>The matching names, in their original order.</summary>
    public static IReadOnlyList<string> Matches(string pattern, IEnumerable<string> names)
    {
        var expression = Regex.Escape(pattern)
            .Replace(@"\*", ".*", StringComparison.Ordinal)
            .Replace(@"\?", ".", StringComparison.Ordinal);
        Regex regex = new($@"^{expression}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        return [.. names.Where(name => regex.IsMatch(name))];
    }
}
