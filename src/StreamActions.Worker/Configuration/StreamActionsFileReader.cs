// Reads the operator's file and reports all problems at once. Relative paths are relative to the working directory.
using System.Security.Cryptography;
using System.Text;
using StreamActions.Core.Text;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the operator's file.</summary>
internal static class StreamActionsFileReader
{
    private const long LargestFile = 4 * 1024 * 1024;

    /// <summary>Reads a file. Invalid input gives an outcome with problems, never an exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="environment">Returns an environment variable, or null if it is not set.</param>
    public static ConfigurationOutcome Read(string path, Func<string, string?> environment)
    {
        ConfigReading reading = new(path, environment);
        var file = TextOf(path, reading) is { } text && YamlTree.Parse(text, reading) is { } root
            ? Root(new Section(reading, root, ""), text, path)
            : null;
        return new(reading.Problems.Count == 0 ? file : null, reading.Problems)
        {
            Settings = reading.Settings,
            Warnings = reading.Warnings,
            KnownKeys = reading.KnownKeys,
            Secrets = new(reading.HiddenValues),
        };
    }

    private static string? TextOf(string path, ConfigReading reading)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
            {
                reading.Problem(new(1, 1), "", "the file is larger than 4 MiB", "check the path");
                return null;
            }
            return TextFile.Read(path);
        }
        catch (TextEncodingException e)
        {
            reading.Problem(new(e.Line, e.Column), "", e.What, TextFile.Advice);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var missing = e is FileNotFoundException or DirectoryNotFoundException;
            reading.Problem(new(1, 1), "", missing ? "file not found" : "the file cannot be read",
                missing ? "correct the path, or start from config/streamactions.yaml" : "check its permissions, and that it is a file");
            return null;
        }
    }

    private static StreamActionsFile Root(Section root, string text, string path)
    {
        var model = Model(root);
        var background = BackgroundFile.Read(root, path);
        var sinks = SinksSection.Read(root.Map("sinks") ?? root.EmptyMap("sinks"));
        var inference = InferenceSection.Read(root.Map("inference") ?? root.EmptyMap("inference"));
        var defaults = root.Map("defaults");
        var cameras = Cameras(root, defaults, out var zones);
        var schedules = Schedules(root);
        var alerts = Alerts(root, defaults, new(zones, schedules));
        defaults?.ReportUnknownKeys();
        root.ReportUnknownKeys();
        return new()
        {
            Model = model,
            Sinks = sinks,
            Inference = inference,
            Cameras = cameras,
            Schedules = schedules,
            Alerts = alerts,
            Background = background,
            Hash = Hash(text, background),
        };
    }

    private static string Model(Section root)
    {
        if (root.Find("model") is not { } found)
            root.Missing("model", "add the folder of a model bundle, such as model: models/demo");
        else if (root.Text("model") is { } folder)
        {
            if (folder.Trim().Length > 0 && !folder.AsSpan().ContainsAny('\0', '\n', '\r'))
                return Path.GetFullPath(folder);
            root.Problem(found.Node.Place, "model", "invalid path", "write the folder of a model bundle, such as models/demo");
        }
        return "";
    }

    private static Dictionary<string, CameraOptions> Cameras(
        Section root, Section? defaults, out Dictionary<string, IReadOnlyCollection<string>> zones)
    {
        Dictionary<string, CameraOptions> cameras = [];
        zones = [];
        var common = Defaults(defaults, "camera");
        if (common is not null)
            CameraSection.ReadDefaults(common);
        foreach (var (name, section) in Maps(root, "cameras", "add at least one camera with its source", common))
        {
            if (CameraSection.Read(name, section) is { } camera)
                cameras.Add(name, camera);
            // Alerts may refer to a camera that has problems.
            zones.Add(name, section.Find("zones")?.Node is MapNode map ? [.. map.Entries.Select(zone => zone.Key)] : []);
        }
        return cameras;
    }

    private static Dictionary<string, ScheduleOptions> Schedules(Section root) =>
        root.Map("schedules") is { } schedules
            ? schedules.Named().ToDictionary(item => item.Name, item => ScheduleSection.Read(item.Name, item.Section))
            : [];

    private static Dictionary<string, AlertOptions> Alerts(Section root, Section? defaults, AlertReferences references)
    {
        var common = Defaults(defaults, "alert");
        if (common is not null)
            AlertSection.ReadDefaults(common, references);
        return Maps(root, "alerts", "add at least one alert with its phrases", common)
            .ToDictionary(item => item.Name, item => AlertSection.Read(item.Name, item.Section, references));
    }

    /// <summary>A block of defaults. It is checked on its own and then used behind each camera or alert.</summary>
    private static Section? Defaults(Section? defaults, string key) =>
        defaults?.Map(key) is { } block ? new Section(block.Reading, block.Node, block.Path) { IsDefaults = true } : null;

    private static IEnumerable<(string Name, Section Section)> Maps(Section root, string key, string advice, Section? defaults)
    {
        if (root.Find(key) is null)
        {
            root.Missing(key, advice);
            return [];
        }
        if (root.Map(key) is not { } section)
            return [];
        if (section.Entries.Count == 0)
            root.Problem(section.Place, key, "the block is empty", advice);
        return section.Named(defaults?.Node, defaults?.Path ?? "");
    }

    /// <summary>SHA-256 of what influences decisions: the text before variables are substituted, and the background phrases.</summary>
    private static string Hash(string text, IReadOnlyList<string> background) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{text}\0{string.Join('\n', background)}")));
}
