// A camera's source as written, to an address: which kind it is, and how it looks without secrets.
using System.Text.RegularExpressions;
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>Understands sources.</summary>
internal static partial class SourceText
{
    private static readonly string[] Schemes = ["rtsp", "rtsps", "http", "https"];

    private const string Advice = "give rtsp://, rtsps://, http://, https://, file:PATH, device:N, /dev/videoN or the path of a recording or of a folder of recordings";

    /// <summary>The address; null, with a problem noted that quotes nothing but the scheme.</summary>
    /// <param name="written">As in the file: what is shown comes from here, so no variable's value is in it.</param>
    /// <param name="text">With variables put in.</param>
    /// <param name="problem">Takes what is wrong and what to do.</param>
    public static SourceAddress? Read(string written, string text, Action<string, string> problem)
    {
        if (text.Length == 0 || text.AsSpan().ContainsAny('\0', '\n', '\r'))
        {
            problem("the source is empty, or has a line break in it", Advice);
            return null;
        }
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
        // What stands before the colon may be a password when the scheme was forgotten: only something like a scheme is quoted.
        var quoted = text.Contains("://", StringComparison.Ordinal) && !Variables.Any(written) ? $"'{name}'" : "this";
        problem($"{quoted} is not a kind of source that can be read", Schemes.Contains(name.ToLowerInvariant()) ? "write it in lower case" : Advice);
        return null;
    }

    private static SourceAddress? Recording(string written, string path, Action<string, string> problem)
    {
        // file:///a/b and file:/a/b are absolute; file:a/b is relative.
        if (path.StartsWith("///", StringComparison.Ordinal))
            path = path[2..];
        if (path.Length > 0 && !path.StartsWith("//", StringComparison.Ordinal))
            return new(SourceKind.File, Path.GetFullPath(path), written);
        problem("'file:' without a path on this machine", "give file:PATH, such as file:samples/aisle.mp4 or file:/videos/aisle.mp4");
        return null;
    }

    private static SourceAddress? Stream(string written, string text, Action<string, string> problem)
    {
        if (!text.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            problem("this is not a complete address", "give scheme://host/path; in a user name or password write @ as %40, / as %2F and : as %3A");
            return null;
        }
        return new(SourceKind.Stream, text, new SourceOptions { Address = written, Kind = MediaKind.Stream, SampleFps = 1 }.Shown);
    }

    [GeneratedRegex(@"^device:(?<number>[0-9]{1,3})\z")]
    private static partial Regex DeviceNumber();

    [GeneratedRegex(@"^/dev/(video[0-9]{1,3}|v4l/by-(id|path)/[A-Za-z0-9._:+-]+)\z")]
    private static partial Regex DevicePath();

    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):")]
    private static partial Regex Scheme();
}
