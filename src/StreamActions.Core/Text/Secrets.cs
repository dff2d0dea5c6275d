// Values that no text may show: those of variables and secret files, and the passwords of addresses.
namespace StreamActions.Core.Text;

/// <summary>
/// Hides values in texts. A value is hidden because of where it came from, not because of what it looks like. Long values are hidden
/// everywhere, short ones only as whole words, and very short ones only where a password stands. So a password "Found" or "a" does not
/// damage unrelated words.
/// </summary>
public sealed class Secrets
{
    /// <summary>What a hidden value looks like.</summary>
    public const string Hidden = "***";

    private const int HiddenAnywhere = 8, HiddenAsWord = 4;
    private readonly string[] _values;

    /// <summary>Hides the given values, as written and URL-escaped.</summary>
    public Secrets(IEnumerable<string> values) => _values =
    [
        .. values.SelectMany(Forms).Where(value => value.Length > 0 && value != Hidden).Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length),
    ];

    /// <summary>Hides nothing.</summary>
    public static Secrets None { get; } = new([]);

    /// <summary>The text with each value replaced by <see cref="Hidden"/>.</summary>
    public string Redact(string text)
    {
        foreach (var value in _values)
        {
            if (value.Length >= HiddenAnywhere)
                text = text.Replace(value, Hidden, StringComparison.Ordinal);
            else if (text.Contains(value, StringComparison.Ordinal))
                text = RedactShort(text, value);
        }
        return text;
    }

    /// <summary>Other programs print an address unescaped, or escape it.</summary>
    private static IEnumerable<string> Forms(string value) =>
        [value, Uri.EscapeDataString(value), Uri.UnescapeDataString(value), .. value.Split('\n', '\r')];

    private static string RedactShort(string text, string value)
    {
        for (var at = text.IndexOf(value, StringComparison.Ordinal); at >= 0;)
        {
            var end = at + value.Length;
            var hide = value.Length >= HiddenAsWord ? IsWord(text, at, end) : IsCredential(text, at, end);
            if (hide)
                text = string.Concat(text.AsSpan(0, at), Hidden, text.AsSpan(end));
            var next = hide ? at + Hidden.Length : at + 1;
            at = next < text.Length ? text.IndexOf(value, next, StringComparison.Ordinal) : -1;
        }
        return text;
    }

    private static bool IsWord(string text, int start, int end) =>
        !(start > 0 && char.IsLetterOrDigit(text[start - 1]) && char.IsLetterOrDigit(text[start]))
        && !(end < text.Length && char.IsLetterOrDigit(text[end]) && char.IsLetterOrDigit(text[end - 1]));

    /// <summary>Where a password stands: <c>user:X@host</c>, <c>key=X</c>, or in quotes.</summary>
    private static bool IsCredential(string text, int start, int end)
    {
        var before = start > 0 ? text[start - 1] : ' ';
        var after = end < text.Length ? text[end] : ' ';
        return IsWord(text, start, end) && (before is '=' || after is '@' || before is '\'' or '"' && after == before);
    }
}
