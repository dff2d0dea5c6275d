// Keeps the user names, passwords and tokens of an address out of logs, messages and events.
using System.Text.RegularExpressions;
using StreamActions.Core.Text;

namespace StreamActions.Video;

/// <summary>Hides the secrets of one address in texts: the reader's output and exception messages.</summary>
internal sealed partial class AddressRedactor
{
    private readonly string _address;
    private readonly string _shown;
    private readonly Secrets _secrets;
    private readonly bool _hidesPaths;

    /// <summary>Hides the secrets of an address that is written in full.</summary>
    public AddressRedactor(string address, SourceKind kind) : this(address, kind, Show(address, kind), [])
    {
    }

    /// <summary>Hides the secrets of an address of which parts came out of variables.</summary>
    /// <param name="address">The address.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="shown">What texts show instead of it.</param>
    /// <param name="hidden">The values of the variables.</param>
    public AddressRedactor(string address, SourceKind kind, string shown, IReadOnlyCollection<string> hidden)
    {
        (_address, _shown, _hidesPaths) = (address, shown, hidden.Count > 0);
        _secrets = new Secrets([.. kind == SourceKind.Stream ? Parts(address) : [], .. hidden]);
    }

    /// <summary>The address with user and password, and the values of its query, replaced by <c>***</c>.</summary>
    public static string Show(string address, SourceKind kind)
    {
        if (kind != SourceKind.Stream)
            return address;
        var (start, end) = UserInfo(address);
        var shown = end > start ? string.Concat(address.AsSpan(0, start), Secrets.Hidden, address.AsSpan(end)) : address;
        var query = shown.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? shown : string.Concat(shown.AsSpan(0, query + 1), Secrets.Hidden);
    }

    /// <summary>The text without the address's secrets, escaped or not.</summary>
    public string Redact(string text) => _secrets.Redact(WithoutAddresses(text));

    /// <summary>
    /// The text without the address's secrets, except for a passage of a known text of the reader. Such a passage has no secret, even
    /// when the password is one of its words.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="known">The passage, in any case.</param>
    public string RedactAround(string text, string known)
    {
        text = WithoutAddresses(text);
        var at = text.IndexOf(known, StringComparison.OrdinalIgnoreCase);
        return at < 0
            ? _secrets.Redact(text)
            : string.Concat(
                _secrets.Redact(text[..at]), text.AsSpan(at, known.Length), _secrets.Redact(text[(at + known.Length)..]));
    }

    /// <summary>
    /// The text without addresses, but with every other word. This is what a message is recognised by: a word of the reader stays what it
    /// is, even when it is also the password, and a password in the address is not taken for a word of the reader.
    /// </summary>
    public string WithoutAddresses(string text) => AnyUrl().Replace(text.Replace(_address, _shown, StringComparison.Ordinal), ShowUrl);

    private string ShowUrl(Match url)
    {
        var text = AnyUserInfo().Replace(url.Value, "://" + Secrets.Hidden + "@");
        if (text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
            text = string.Concat(text.AsSpan(0, query + 1), Secrets.Hidden);
        // Part of a variable's value can be a path.
        var path = text.IndexOf('/', text.IndexOf("://", StringComparison.Ordinal) + 3);
        return _hidesPaths && path >= 0 && !_shown.Contains(text, StringComparison.Ordinal)
            ? string.Concat(text.AsSpan(0, path + 1), Secrets.Hidden)
            : text;
    }

    private static IEnumerable<string> Parts(string address)
    {
        var (start, end) = UserInfo(address);
        var user = address[start..end];
        yield return user;
        // A user name alone is often a word such as "admin" that occurs in other texts: only the password is hidden everywhere.
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
            yield return user[(colon + 1)..];
        var query = address.IndexOf('?', StringComparison.Ordinal);
        if (query < 0)
            yield break;
        yield return address[(query + 1)..];
        foreach (var pair in address[(query + 1)..].Split('&'))
        {
            var value = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
            // Short values (channel=1) are not secrets, and hiding them would damage other texts.
            if (value.Length >= 4)
                yield return value;
        }
    }

    /// <summary>The range of user and password: from <c>://</c> to the last <c>@</c> before the path, or else before the query.</summary>
    private static (int Start, int End) UserInfo(string address)
    {
        var start = address.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return (0, 0);
        start += 3;
        var slash = address.IndexOf('/', start);
        var at = address.LastIndexOf('@', slash < 0 ? address.Length - 1 : slash);
        // A password may contain a slash that is not written as %2F: hide up to the last @ of the address.
        if (at < start)
            at = address.LastIndexOf('@');
        return at < start ? (start, start) : (start, at);
    }

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]*://[^\s'""]*")]
    private static partial Regex AnyUrl();

    [GeneratedRegex("://.*@")]
    private static partial Regex AnyUserInfo();
}
