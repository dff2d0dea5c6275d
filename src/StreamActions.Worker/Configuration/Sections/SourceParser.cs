// Parses a camera's source: its kind, its address, and a form without secrets.
using System.Text.RegularExpressions;
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>Parses sources.</summary>
internal static partial class SourceParser
{
    private const string Advice =
        "use rtsp://, rtsps://, http://, https://, snapshot:URL, file:PATH, device:N, /dev/videoN, "
        + "or the path of a recording or a folder of recordings";

    private const string SnapshotPrefix = "snapshot:";

    private static readonly string[] Schemes = ["rtsp", "rtsps", "http", "https"];

    /// <summary>Parses a source. An invalid one returns null and is a problem, which quotes at most the scheme.</summary>
    /// <param name="written">The source as written. The shown form is derived from it, so it contains no variable's value.</param>
    /// <param name="text">The source with variables substituted.</param>
    /// <param name="problem">Receives what is wrong and what to do.</param>
    public static SourceAddress? Parse(string written, string text, Action<string, string> problem)
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
        if (!scheme.Success)
            return new(SourceKind.File, Path.GetFullPath(text), written);
        var name = scheme.Groups["scheme"].Value;
        if (name == "file")
            return Recording(written, text["file:".Length..], problem);
        if (Schemes.Contains(name, StringComparer.Ordinal))
            return Stream(written, text, problem);
        // Without "://" the text before the colon may be a password, so it is not quoted.
        var quoted = text.Contains("://", StringComparison.Ordinal) && !Variables.Contains(written) ? $" '{name}'" : "";
        problem($"unsupported source type{quoted}", Schemes.Contains(name.ToLowerInvariant()) ? "write it in lower case" : Advice);
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

    private static SourceAddress? Recording(string written, string path, Action<string, string> problem)
    {
        // file:///a/b and file:/a/b are absolute; file:a/b is relative.
        if (path.StartsWith("///", StringComparison.Ordinal))
            path = path[2..];
        if (path.Length > 0 && !path.StartsWith("//", StringComparison.Ordinal))
            return new(SourceKind.File, Path.GetFullPath(path), written);
        problem("'file:' needs a local path", "write file:PATH, such as file:samples/aisle.mp4 or file:/videos/aisle.mp4");
        return null;
    }

    private static SourceAddress? Stream(string written, string text, Action<string, string> problem)
    {
        if (!text.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            problem("the address is incomplete",
                "write scheme://host/path; in a user name or password write @ as %40, / as %2F and : as %3A");
            return null;
        }
        return new(SourceKind.Stream, text, new SourceOptions { Address = written, Kind = SourceKind.Stream, SampleFps = 1 }.Shown);
    }

    [GeneratedRegex(@"^device:(?<number>[0-9]{1,3})\z")]
    private static partial Regex DeviceNumber();

    [GeneratedRegex(@"^/dev/(video[0-9]{1,3}|v4l/by-(id|path)/[A-Za-z0-9._:+-]+)\z")]
    private static partial Regex DevicePath();

    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):")]
    private static partial Regex Scheme();
}
