// Checks a published model's configuration file for settings that the weights do not show and that this network does not support.
using System.Text.Json;
using StreamActions.Core.Text;
using StreamActions.Model;

namespace StreamActions.Trainer.Import;

/// <summary>The configuration file beside published weights, in the format of Hugging Face or open_clip.</summary>
internal static class PublishedConfiguration
{
    /// <summary>The file names of the two formats.</summary>
    public static IReadOnlyList<string> Files { get; } = ["config.json", "open_clip_config.json"];

    /// <summary>Checks that this network supports the configuration.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="config">The sizes that follow from the weights.</param>
    /// <param name="required">True when one of the files must exist and describe a CLIP.</param>
    /// <exception cref="TrainerException">
    /// A file is not readable or not supported, or no file describes a CLIP; the message names the file.
    /// </exception>
    public static void Check(string folder, M2ClipConfig config, bool required)
    {
        string[] files = [.. Files.Select(f => Path.Combine(folder, f)).Where(File.Exists)];
        var isClip = false;
        foreach (var file in files)
            isClip |= CheckFile(file, config);
        if (required && !isClip)
            throw new TrainerException(
                $"{string.Join(", ", files)}: neither vision_config and text_config nor model_cfg is present, so the activation of these "
                + "weights is unknown; use the file that was published with them");
    }

    // True when the file describes a CLIP.
    private static bool CheckFile(string file, M2ClipConfig config)
    {
        List<string> problems = [];
        void Check(JsonElement part, string name, int heads)
        {
            if (part.TryGetProperty("hidden_act", out var act) && act.GetString() != "quick_gelu")
                problems.Add($"{name} uses {act.GetString()}, but only quick_gelu (OpenAI's CLIP) is supported");
            if (part.TryGetProperty("num_attention_heads", out var given) && given.GetInt32() != heads)
                problems.Add($"{name} has {given.GetInt32()} heads, but only one per 64 channels ({heads}) is supported");
        }
        bool isClip;
        try
        {
            using var json = JsonDocument.Parse(TextFile.Read(file));
            var (vision, text, open) = (json.RootElement.TryGetProperty("vision_config", out var v),
                json.RootElement.TryGetProperty("text_config", out var t), json.RootElement.TryGetProperty("model_cfg", out var o));
            if (vision)
                Check(v, "vision_config", config.VisionHeads);
            if (text)
                Check(t, "text_config", config.TextHeads);
            if (open && !(o.TryGetProperty("quick_gelu", out var quick) && quick.ValueKind == JsonValueKind.True))
                problems.Add("model_cfg lacks quick_gelu: true, but only quick_gelu (OpenAI's CLIP) is supported");
            isClip = vision && text || open;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // JsonElement throws the last two when a value has another type or is not an integer.
            throw new TrainerException(
                $"{file}: not a model's configuration ({e.Message}); use the file that was published with the weights", e);
        }
        return problems.Count == 0 ? isClip : throw new TrainerException($"{file}: {string.Join("; ", problems)}");
    }
}
