// Keeps the user names, passwords and tokens of an address out of logs, messages and events.
using System.Text.RegularExpressions;

namespace StreamActions.Video;

/// <summary>Hides the secrets of one address in texts: the reader's output and exception messages.</summary>
internal sealed partial class AddressRedactor
{
    private const string Hidden = "***";
    private readonly string _address;
    private readonly string _shown;
    private readonly string[] _secrets;

    public AddressRedactor(string address, SourceKind kind)
    {
        _address = address;
        _shown = Show(address, kind);
        _secrets = kind == SourceKind.Stream
            ? [.. Secrets(address).Where(secret => secret.Length > 0).OrderByDescending(secret => secret.Length)]
            : [];
    }

    /// <summary>The address with user and password, and the values of its query, replaced by <c>***</c>.</summary>
    public static string Show(string address, SourceKind kind)
    {
        if (kind != SourceKind.Stream)
            return address;
        var (start, end) = UserInfo(address);
        var shown = end > start ? string.Concat(address.AsSpan(0, start), Hidden, address.AsSpan(end)) : address;
        var query = shown.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? shown : string.Concat(shown.AsSpan(0, query + 1), Hidden);
    }

    /// <summary>The text without the address's secrets, escaped or not.</summary>
    public string Redact(string text)
    {
        text = text.Replace(_address, _shown, StringComparison.Ordinal);
        foreach (var secret in _secrets)
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        return AnyUserInfo().Replace(text, "://" + Hidden + "@");
    }

    private static IEnumerable<string> Secrets(string address)
    {
        var (start, end) = UserInfo(address);
        var user = address[start..end];
        yield return user;
        yield return Uri.UnescapeDataString(user);
        // A user name alone is often a word such as "admin" that occurs in other texts: only the password is hidden everywhere.
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            yield return user[(colon + 1)..];
            yield return Uri.UnescapeDataString(user[(colon + 1)..]);
        }
        var query = address.IndexOf('?', StringComparison.Ordinal);
        if (query < 0)
            yield break;
        yield return address[(query + 1)..];
        foreach (var pair in address[(query + 1)..].Split('&'))
        {
            var value = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
            // Short values (channel=1) are not secrets, and hiding them would damage other texts.
            if (value.Length < 4)
                continue;
            yield return value;
            yield return Uri.UnescapeDataString(value);
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

    [GeneratedRegex(@"://[^\s'""]*@")]
    private static partial Regex AnyUserInfo();
}
