// Model names are safe in paths, events and metrics.
using System.Text.RegularExpressions;

namespace StreamActions.Core.Bundles;

/// <summary>Checks model names.</summary>
public static partial class BundleName
{
    /// <summary>The pattern of a valid name.</summary>
    public const string Pattern = "^[a-z0-9][a-z0-9._-]{0,63}$";

    /// <summary>True when the name is valid.</summary>
    public static bool IsValid(string name) => Rule().IsMatch(name);

    [GeneratedRegex(Pattern + @"(?!\n)", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
