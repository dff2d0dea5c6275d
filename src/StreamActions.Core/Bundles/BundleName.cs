// The names a model may have: safe in paths, events and metrics.
using System.Text.RegularExpressions;

namespace StreamActions.Core.Bundles;

/// <summary>The rule for the names of models.</summary>
public static partial class BundleName
{
    /// <summary>The rule, as a regular expression.</summary>
    public const string Pattern = "^[a-z0-9][a-z0-9._-]{0,63}$";

    /// <summary>True when the name may be used.</summary>
    public static bool IsValid(string name) => Rule().IsMatch(name);

    [GeneratedRegex(Pattern + @"(?!\n)", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
