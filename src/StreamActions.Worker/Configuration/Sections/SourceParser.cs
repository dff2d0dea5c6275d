// Parses a camera's source: its kind, its address, and a form without secrets.
using System.Buffers;
using System.Net;
using System.Text.RegularExpressions;
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>
/// Parses sources. A source is what it says it is: nothing becomes a file because it is nothing else. So an address with a slip in it,
/// which may hold a password, is refused and never opened as a file.
/// </summary>
internal static partial class SourceParser
{
    private const string Advice =
        "use rtsp://, rtsps://, http://, https://, snapshot:URL, file:PATH, device:N, /dev/videoN, "
        + "or the path of a recording or a folder of recordings";

    private const string SnapshotPrefix = "snapshot:";

    private const string Spelling =
        "in a user name or password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, [ as %5B, ] as %5D and % as %25";

    private const string NotAFile = "this is an address without its protocol, or not a path",
        ProtocolAdvice = "write a camera as rtsp://HOST/PATH or http://HOST/PATH, and a recording as file:PATH without '@' and '?'";

    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"'`\u2018\u2019\u201C\u201D"),
        Reserved = SearchValues.Create("@[]\"' ");

    private static readonly string[] Schemes = ["rtsp", "rtsps", "http", "https"];

    /// <summary>Parses a source. An invalid one returns null and is a problem, which quotes at most the scheme.</summary>
    /// <param name="source">The source. The shown form is derived from what is written, so it contains no variable's value.</param>
    /// <param name="problem">Receives what is wrong and what to do.</param>
    public static SourceAddress? Parse(ResolvedText source, Action<string, string> problem)
    {
        if (Kind(source.Written.Trim(), source.Text.Trim(), problem) is not { } address)
            return null;
        return address with { HiddenValues = source.HiddenValues };
    }

    private static SourceAddress? Kind(string written, string text, Action<string, string> problem)
    {
        if (text.Length == 0 || text.AsSpan().ContainsAny('\0', '\n', '\r'))
        {
            problem("the source is empty or contains a line break", Advice);
            return null;
        }
        if (text.StartsWith(SnapshotPrefix, StringComparison.Ordinal))
            return Snapshot(written, text, problem);
        if (DeviceNumber().Match(text) is { Success: true } device)
            return new(SourceKind.Device, device.Groups["number"].Value, written);
        if (DevicePath().IsMatch(text))
            return new(SourceKind.Device, text, written);
        var scheme = Scheme().Match(text);
        var name = scheme.Groups["scheme"].Value;
        if (!scheme.Success || name == "file")
            return Recording(written, text, problem);
        if (Schemes.Contains(name, StringComparer.Ordinal))
            return Stream(written, text, problem);
        // Without "://" the text before the colon may be a password, so it is not quoted.
        var quoted = text.Contains("://", StringComparison.Ordinal) && !Variables.Contains(written) ? $" '{name}'" : "";
        problem($"unsupported source type{quoted}", Schemes.Contains(name.ToLowerInvariant()) ? "write it in lower case"
            : quoted.Length > 0 ? Advice : $"{Advice}; {Spelling}");
        return null;
    }

    // An address that gives one picture per request.
    private static SourceAddress? Snapshot(string written, string text, Action<string, string> problem)
    {
        var address = text[SnapshotPrefix.Length..];
        // The prefix may come from a variable, with the address.
        var shown = written.StartsWith(SnapshotPrefix, StringComparison.Ordinal) ? written[SnapshotPrefix.Length..] : written;
        if (address.StartsWith("http://", StringComparison.Ordinal) || address.StartsWith("https://", StringComparison.Ordinal))
        {
            return Stream(shown, address, problem) is { } source
                ? source with { IsSnapshot = true, Shown = SnapshotPrefix + source.Shown }
                : null;
        }
        problem("'snapshot:' needs an http address", "write snapshot:http://host/path");
        return null;
    }

    private static SourceAddress? Recording(string written, string text, Action<string, string> problem)
    {
        var isMarked = text.StartsWith("file:", StringComparison.Ordinal);
        var path = isMarked ? text["file:".Length..] : text;
        // file:///a/b and file:/a/b are absolute; file:a/b is relative.
        if (isMarked && path.StartsWith("///", StringComparison.Ordinal))
            path = path[2..];
        if (path.Length == 0 || isMarked && path.StartsWith("//", StringComparison.Ordinal))
        {
            problem("'file:' needs a local path", "write file:PATH, such as file:samples/aisle.mp4 or file:/videos/aisle.mp4");
            return null;
        }
        if ((NoPath(path) ?? (isMarked ? null : NoBarePath(path))) is (var what, var advice))
        {
            problem(what, advice);
            return null;
        }
        return new(SourceKind.File, Path.GetFullPath(path), written);
    }

    /// <summary>What is wrong with a text that cannot be a path, and what to do; null if it can be one.</summary>
    private static (string What, string Advice)? NoPath(string text)
    {
        if (text.AsSpan().ContainsAny(Quotes))
            return ("the source contains a quote", "remove the quotes around the address or path; rename a file that has one in its name");
        if (text.Contains("://", StringComparison.Ordinal) || text.StartsWith("//", StringComparison.Ordinal)
            || text.Contains('@', StringComparison.Ordinal) || Query().IsMatch(text))
            return (NotAFile, $"{ProtocolAdvice}; {Spelling}");
        if (text.StartsWith('~'))
            return ("'~' is not replaced by a home folder", "write the full path, such as /home/me/aisle.mp4");
        if (text.StartsWith('$'))
            return ("a variable of the shell is not replaced", "write ${NAME}, or the full path");
        if (text.Contains('\\', StringComparison.Ordinal))
            return ("the path contains '\\'", "write '/' instead");
        if (Escape().IsMatch(text))
            return ("a path has no percent-encoding", "write the character itself, such as a blank instead of %20");
        return null;
    }

    /// <summary>
    /// The same for a text without <c>file:</c>. It is a path if it starts as one, or if it has the extension of a recording and no host
    /// in front.
    /// </summary>
    private static (string What, string Advice)? NoBarePath(string text)
    {
        if (Number().IsMatch(text))
            return ("a number is not a source", "write device:0 for the first capture device");
        if (text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal))
            return null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var isHost = slash > 0 && text.AsSpan(0, slash).ContainsAny('.', ':', '[');
        return !isHost && RecordingFiles.IsRecording(text) ? null : (NotAFile, $"{ProtocolAdvice}; a folder is file:PATH, too");
    }

    private static SourceAddress? Stream(string written, string text, Action<string, string> problem)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        if (start < "://".Length)
            return Refused("the address is incomplete", "write scheme://host/path");
        var end = text.AsSpan(start).IndexOfAny("/?#") is >= 0 and var length ? start + length : text.Length;
        var at = text.LastIndexOf('@', end - 1, end - start);
        var user = at < 0 ? "" : text[start..at];
        var host = text[(at < 0 ? start : at + 1)..end];
        if (text.Contains('#', StringComparison.Ordinal))
            return Refused("the address contains '#'", "write # as %23");
        // A '/' or '?' in a password ends the host too early. Then the rest of the password stands in the path, in front of an '@'.
        if (text.IndexOf('@', end) >= 0 && !IsNumericHost(host))
            return Refused("the address has an '@' after its host", "write an @ of the path as %40");
        if (user.AsSpan().ContainsAny(Reserved) || LonePercent().IsMatch(user))
            return Refused("the user name or password has a character that must be encoded", "");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return Refused("the address is incomplete", "write scheme://host/path");
        return new(SourceKind.Stream, text, new SourceOptions { Address = written, Kind = SourceKind.Stream, SampleFps = 1 }.Shown);

        SourceAddress? Refused(string what, string advice)
        {
            problem(what, advice.Length > 0 ? $"{advice}; {Spelling}" : Spelling);
            return null;
        }
    }

    /// <summary>Whether the host, with or without a port, is an IP address: then it is no user name.</summary>
    private static bool IsNumericHost(string host) =>
        NumericHost().Match(host) is { Success: true } match && IPAddress.TryParse(match.Groups["address"].ValueSpan, out _);

    [GeneratedRegex(@"^device:(?<number>[0-9]{1,3})\z")]
    private static partial Regex DeviceNumber();

    [GeneratedRegex(@"^/dev/(video[0-9]{1,3}|v4l/by-(id|path)/[A-Za-z0-9._:+-]+)\z")]
    private static partial Regex DevicePath();

    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^[0-9]+\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"\?[^/]*=")]
    private static partial Regex Query();

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex Escape();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    private static partial Regex LonePercent();

    [GeneratedRegex(@"^(\[(?<address>[0-9A-Fa-f:.]+)\]|(?<address>[0-9]+(\.[0-9]+){3}))(:[0-9]+)?\z")]
    private static partial Regex NumericHost();
}
