// The block `input-options` of a camera: ffmpeg input options of its reader.
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block.</summary>
internal static class InputOptionsSection
{
    private const string StarvingAdvice =
        "remove it, or make sure that the camera still gives as many pictures a second as the model needs (4 for the demo model)";

    /// <summary>Reads the options by name; empty without the block.</summary>
    /// <param name="camera">The camera's block.</param>
    /// <param name="address">The camera's address. Default options that do not apply to it are skipped.</param>
    public static IReadOnlyDictionary<string, string> Read(Section camera, string address)
    {
        SortedDictionary<string, string> options = new(StringComparer.Ordinal), written = new(StringComparer.Ordinal);
        if (camera.Find("input-options") is not { } found || camera.AsMap(found) is not { } section)
            return options;
        var own = camera.HasOwn("input-options") && !camera.IsDefaults;
        foreach (var entry in section.Entries)
        {
            if (Value(section, entry) is not { } value)
                continue;
            if (ReaderInputOptions.AppliesTo(entry.Key, address))
            {
                options.Add(entry.Key, value);
                var text = ((ScalarNode)entry.Value).Text;
                written.Add(entry.Key, text);
                if (ReaderInputOptions.Starves(entry.Key, value) is { } consequence)
                    section.Reading.Warning(entry.Place, section.KeyPath(entry.Key), $"'{text}' {consequence}", StarvingAdvice);
            }
            else if (own)
                section.Problem(entry.Place, entry.Key, "not supported by this source", "remove it");
        }
        var shown = options.Count > 0 ? string.Join(", ", written.Select(option => $"{option.Key} {option.Value}")) : "none";
        camera.Explain("input-options", shown, found);
        return options;
    }

    private static string? Value(Section section, MapEntry entry)
    {
        if (!ReaderInputOptions.Names.Contains(entry.Key))
        {
            section.Problem(entry.Place, entry.Key, "this input option is not allowed",
                Suggestion.For(entry.Key, [.. ReaderInputOptions.Names]));
            return null;
        }
        Found found = new(entry.Value, section.KeyPath(entry.Key), "");
        if (section.Scalar(found) is not { } scalar || section.Resolve(scalar, found) is not { } value)
            return null;
        if (ReaderInputOptions.Problem(entry.Key, value) is not { } expected)
            return value;
        section.Reading.Problem(scalar.Place, found.Key, $"invalid value '{scalar.Text}'", $"use {expected}");
        return null;
    }
}
