// Substitutes ${NAME} in values: by the environment variable NAME, or by the content of the file in NAME_FILE (container secrets).
using System.Text;
using System.Text.RegularExpressions;
using StreamActions.Core.Text;

namespace StreamActions.Worker.Configuration;

/// <summary>A value of the file. It knows which parts came out of variables or secret files.</summary>
/// <param name="Written">The value as written in the file. It is safe to show unless the file itself has a secret there.</param>
/// <param name="Text">The value with variables substituted.</param>
/// <param name="HiddenValues">The values of the variables. Nothing may show them.</param>
internal sealed record ResolvedText(string Written, string Text, IReadOnlyList<string> HiddenValues);

/// <summary>Substitutes variables in values. Problems never contain the values of variables.</summary>
internal static partial class Variables
{
    private const int LongestSecret = 64 * 1024;

    /// <summary>True if a text contains a variable.</summary>
    public static bool Contains(string text) => text.Contains("${", StringComparison.Ordinal);

    /// <summary>
    /// The text with variables substituted; null and a problem if a variable has no value. After <c>://</c> the values are URL-escaped,
    /// so that a password may contain any character. <c>$${NAME}</c> is a literal <c>${NAME}</c>.
    /// </summary>
    public static ResolvedText? Substitute(string text, Place place, string key, ConfigReading reading)
    {
        if (!Contains(text))
            return new(text, text, []);
        List<string> hidden = [];
        var complete = true;
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
                reading.Problem(place, key, "'${' without a variable name and '}'", "write ${NAME}, or $${ for a literal ${");
                complete = false;
            }
            else if (Value(name, place, key, reading) is not { } value)
            {
                complete = false;
            }
            else
            {
                hidden.Add(value);
                reading.Hide(value);
                result.Append(url >= 0 && match.Index > url ? Uri.EscapeDataString(value) : value);
            }
        }
        return complete ? new(text, result.Append(text, at, text.Length - at).ToString(), hidden) : null;
    }

    private static string? Value(string name, Place place, string key, ConfigReading reading)
    {
        // Blanks around a value come from quotes in a shell or a line break in a file.
        if (reading.Environment(name)?.Trim() is { Length: > 0 } value)
            return value;
        var fileVariable = name + "_FILE";
        if (reading.Environment(fileVariable)?.Trim() is not { Length: > 0 } path)
        {
            reading.Problem(place, key, $"environment variable {name} is not set",
                $"set {name}, or set {fileVariable} to a file that contains the value");
            return null;
        }
        try
        {
            // The length check also excludes devices and pipes, which may never end.
            if (new FileInfo(path) is { Exists: true, Length: <= LongestSecret and > 0 }
                && TextFile.Read(path).Trim() is { Length: > 0 } content)
                return content;
        }
        catch (TextEncodingException e)
        {
            reading.Problem(place, key, $"the file in {fileVariable} is not a text: {e.What} (line {e.Line}, column {e.Column})",
                TextFile.Advice);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
        }
        reading.Problem(place, key, $"the file in {fileVariable} is missing, unreadable, empty or larger than 64 KiB",
            $"correct {fileVariable} or the file");
        return null;
    }

    [GeneratedRegex(@"\$\$\{|\$\{(?<name>[^}]*)(\}|$)")]
    private static partial Regex Variable();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Name();
}
