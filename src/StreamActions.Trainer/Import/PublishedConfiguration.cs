// What a published model's configuration says that its weights do not, and that this network has in one form only.
using System.Text.Json;
using StreamActions.Model;

namespace StreamActions.Trainer.Import;

/// <summary>The configuration beside published weights: Hugging Face's or open_clip's.</summary>
internal static class PublishedConfiguration
{
    /// <summary>The names of either.</summary>
    public static IReadOnlyList<string> Files { get; } = ["config.json", "open_clip_config.json"];

    /// <summary>Refuses a configuration that this network cannot have.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="config">The sizes that the weights imply.</param>
    /// <param name="required">Whether one of the files must be there and speak of CLIP.</param>
    /// <exception cref="TrainerException">A file is not readable or does not fit, or none says what it must; names the file.</exception>
    public static void Check(string folder, M2ClipConfig config, bool required)
    {
        string[] files = [.. Files.Select(f => Path.Combine(folder, f)).Where(File.Exists)];
        var isClip = false;
        foreach (var file in files)
            isClip |= CheckFile(file, config);
        if (required && !isClip)
            throw new TrainerException(
                $"{string.Join(", ", files)}: neither vision_config and text_config nor model_cfg is in it, so which activation these "
                    + "weights need is not known; take the file published with them");
    }

    // True when the file speaks of CLIP.
    private static bool CheckFile(string file, M2ClipConfig config)
    {
        List<string> problems = [];
        void Check(JsonElement part, string name, int heads)
        {
            if (part.TryGetProperty("hidden_act", out var act) && act.GetString() != "quick_gelu")
                problems.Add($"{name} uses {act.GetString()}, and only quick_gelu (OpenAI's CLIP) is supported");
            if (part.TryGetProperty("num_attention_heads", out var given) && given.GetInt32() != heads)
                problems.Add($"{name} has {given.GetInt32()} heads, and only one a 64 channels ({heads}) is supported");
        }
        bool isClip;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var (vision, text, open) = (json.RootElement.TryGetProperty("vision_config", out var v),
                json.RootElement.TryGetProperty("text_config", out var t), json.RootElement.TryGetProperty("model_cfg", out var o));
            if (vision)
                Check(v, "vision_config", config.VisionHeads);
            if (text)
                Check(t, "text_config", config.TextHeads);
            if (open && !(o.TryGetProperty("quick_gelu", out var quick) && quick.ValueKind == JsonValueKind.True))
                problems.Add("model_cfg has no quick_gelu: true, and only that (OpenAI's CLIP) is supported");
            isClip = vision && text || open;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // JsonElement throws the last two where a value has another type, or is not a whole number.
            throw new TrainerException($"{file}: not a model's configuration ({e.Message})", e);
        }
        return problems.Count == 0 ? isClip : throw new TrainerException($"{file}: {string.Join("; ", problems)}");
    }
}
