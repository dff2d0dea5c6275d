// ${NAME} in a value: from the environment, or from the file that NAME_FILE names, as container secrets are.
using System.Text;
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Configuration;

/// <summary>Puts variables into values. What they hold is never part of a problem.</summary>
internal static partial class Variables
{
    private const int LongestSecret = 64 * 1024;

    /// <summary>True when a value has a variable in it.</summary>
    public static bool Any(string text) => text.Contains("${", StringComparison.Ordinal);

    /// <summary>
    /// The text with its variables put in; null, with problems noted, when one cannot be. Behind <c>://</c> what is put in is
    /// URL-escaped, so that a password may hold any letter. <c>$${NAME}</c> stands for <c>${NAME}</c> itself.
    /// </summary>
    public static string? PutIn(string text, Place place, string key, ConfigReading reading)
    {
        if (!Any(text))
            return text;
        var whole = true;
        var url = text.IndexOf("://", StringComparison.Ordinal);
        StringBuilder result = new();
        var at = 0;
        foreach (Match match in Variable().Matches(text))
        {
            result.Append(text, at, match.Index - at);
            at = match.Index + match.Length;
            if (match.Value[1] == '$')
            {
                result.Append(match.ValueSpan[1..]);
                continue;
            }
            var name = match.Groups["name"].Value;
            if (!Name().IsMatch(name))
            {
                reading.Problem(place, key, "'${' without the name of a variable and '}' after it", "write ${NAME}, or $${ for the two signs themselves");
                whole = false;
            }
            else if (Value(name, place, key, reading) is not { } value)
            {
                whole = false;
            }
            else
            {
                result.Append(url >= 0 && match.Index > url ? Uri.EscapeDataString(value) : value);
            }
        }
        return whole ? result.Append(text, at, text.Length - at).ToString() : null;
    }

    private static string? Value(string name, Place place, string key, ConfigReading reading)
    {
        if (reading.Environment(name) is { Length: > 0 } value)
            return value;
        var fileVariable = name + "_FILE";
        if (reading.Environment(fileVariable) is not { Length: > 0 } path)
        {
            reading.Problem(place, key, $"the variable {name} is not set", $"set {name} in the environment, or {fileVariable} to a file that holds it");
            return null;
        }
        try
        {
            // A device or a pipe would never end; a secret is a small file.
            if (new FileInfo(path) is { Exists: true, Length: <= LongestSecret and > 0 }
                && File.ReadAllText(path).TrimEnd('\r', '\n') is { Length: > 0 } content)
                return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
        }
        reading.Problem(place, key, $"the file that {fileVariable} names is missing, not readable, empty or above 64 KiB", $"correct {fileVariable} or the file");
        return null;
    }

    [GeneratedRegex(@"\$\$\{|\$\{(?<name>[^}]*)(\}|$)")]
    private static partial Regex Variable();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Name();
}
