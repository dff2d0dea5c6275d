// manifest.json: everything a program must know of a model without opening its graphs.
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamActions.Core.Clips;

namespace StreamActions.Core.Bundles;

/// <summary>How time flows in the trained model (docs/model.md §7).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TemporalMode>))]
public enum TemporalMode
{
    /// <summary>A window is encoded as a whole; a frame sees the one after it (the paper).</summary>
    [JsonStringEnumMemberName("bidirectional")]
    Bidirectional,

    /// <summary>A frame sees only what came before: each frame can be encoded once.</summary>
    [JsonStringEnumMemberName("causal")]
    Causal,
}

/// <summary>How exactly the bundle's graphs must repeat the outputs recorded for its golden clips.</summary>
/// <param name="Bound">Largest permitted difference of any output number.</param>
/// <param name="Measured">Largest difference seen by the exporter between the graphs and libtorch.</param>
public sealed record GoldenBound(double Bound, double Measured);

/// <summary>The description of a bundle, and the first thing that is read of it.</summary>
public sealed record ModelManifest
{
    /// <summary>The manifest version that this code reads and writes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Version of the manifest's form.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The model's name: <c>^[a-z0-9][a-z0-9._-]{0,63}$</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The model's version, free text such as <c>1.0.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>What the model must be given.</summary>
    public required ClipSpec Clip { get; init; }

    /// <summary>How time flows in the model.</summary>
    public required TemporalMode Temporal { get; init; }

    /// <summary>Width D of the embeddings of clips and texts.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>Factor on cosines before a softmax: exp(logit_scale).</summary>
    public required double Scale { get; init; }

    /// <summary>Tokens in a text (S), the start and end tokens included.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The sentence a phrase is put into, with one <c>{}</c>.</summary>
    public required string PromptTemplate { get; init; }

    /// <summary>
    /// True when the tokenizer was made from the training texts, so that a word of more than one token is a word the
    /// model never saw; false for CLIP's own vocabulary.
    /// </summary>
    public required bool ClosedVocabulary { get; init; }

    /// <summary>
    /// Words of a closed vocabulary that are more than one token and yet were in the texts of the last training: sorted, in lower case.
    /// Null when there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? LearntWords { get; init; }

    /// <summary>The supervised classes, in the order of the class logits; empty when the model has none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Number form of the graphs' weights: <c>fp32</c>, <c>fp16</c> or <c>int8</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>How exactly the golden clips must be repeated.</summary>
    public required GoldenBound Golden { get; init; }

    /// <summary>SHA-256, in lower-case hex, of every other file of the bundle by its relative path with forward slashes.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Measured quality on held-out clips, by name; fractions in [0, 1]. The whole report is the bundle's <c>evaluation.json</c>.</summary>
    /// <remarks>
    /// <c>held-out-clips</c>; <c>top1-by-text</c> and <c>top5-by-text</c>, by similarity to the classes' phrases; <c>top1-by-classifier</c> and
    /// <c>top5-by-classifier</c>, by the classification head; <c>time-order-pairs</c>, clips nearer to their own phrase than to that of the action played
    /// backwards, and <c>time-order-pairs-shuffled</c>, the same with each clip's frames in random order. Those of a set other than the classes' own
    /// have its name before them, such as <c>novel-compositions-top1-by-text</c>; <c>harmonic-mean-compositions</c> is 2bn / (b + n) of top-1 by text on
    /// <c>base-compositions</c> and <c>novel-compositions</c>.
    /// </remarks>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Where the model comes from: commands, seeds, data, by name.</summary>
    public IReadOnlyDictionary<string, string> Provenance { get; init; } = new Dictionary<string, string>();

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The manifest as indented JSON, ending in a newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Reads a manifest, its version first, so that a newer form is named as such and not as an unknown key.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="file">The file's path, for the error.</param>
    /// <exception cref="BundleException">Not JSON, another version, a key missing, unknown or out of range.</exception>
    public static ModelManifest Parse(string json, string file)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object
                    || !document.RootElement.TryGetProperty("schemaVersion", out var version)
                    || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number))
                    throw new BundleException($"{file}: 'schemaVersion' is missing, so this is not a model manifest; export the model again");
                if (number != CurrentSchemaVersion)
                    throw new BundleException($"{file}: manifest version {number} cannot be read by this program, which reads version {CurrentSchemaVersion}; " +
                        (number > CurrentSchemaVersion ? "update StreamActions" : "export the model again with this version's trainer"));
            }
            var manifest = JsonSerializer.Deserialize<ModelManifest>(json, Json)!;
            List<string> wrong = [.. manifest.Problems()];
            if (wrong.Count > 0)
                throw new BundleException($"{file}: {string.Join("; ", wrong)}; export the model again");
            return manifest;
        }
        catch (JsonException e)
        {
            throw new BundleException($"{file}: not a readable model manifest ({e.Message}); export the model again", e);
        }
    }

    private IEnumerable<string> Problems()
    {
        if (!BundleName.IsValid(Name)) yield return $"name '{Name}' must match {BundleName.Pattern}";
        if (Clip.Frames is < 1 or > 1024) yield return $"clip.frames {Clip.Frames} must lie in 1…1024";
        if (Clip.SampleFps is not (> 0 and <= 240)) yield return $"clip.sampleFps {Clip.SampleFps} must lie in (0, 240]";
        if (Clip.Size is < 8 or > 2048) yield return $"clip.size {Clip.Size} must lie in 8…2048";
        if (!Enum.IsDefined(Clip.Resize)) yield return $"clip.resize {Clip.Resize} is not a rule of this version";
        if (!Enum.IsDefined(Temporal)) yield return $"temporal {Temporal} is not a mode of this version";
        if (EmbeddingWidth is < 1 or > 16384) yield return $"embeddingWidth {EmbeddingWidth} must lie in 1…16384";
        if (ContextLength is < 3 or > 4096) yield return $"contextLength {ContextLength} must lie in 3…4096";
        if (!double.IsFinite(Scale) || Scale <= 0) yield return $"scale {Scale} must be above 0";
        if (!(Golden.Bound > 0)) yield return $"golden.bound {Golden.Bound} must be above 0";
        if (TemplateProblem() is { } problem) yield return $"promptTemplate: {problem}";
        if (Precision is not ("fp32" or "fp16" or "int8")) yield return $"precision '{Precision}' must be fp32, fp16 or int8";
        if (LearntWords is not null && !ClosedVocabulary) yield return "learntWords belong to a closed vocabulary only";
        foreach (var word in LearntWords?.Where(w => string.IsNullOrWhiteSpace(w) || w.Any(char.IsUpper)) ?? [])
            yield return $"learntWords: '{word}' must be a word in lower case";
        if (Labels.Any(string.IsNullOrWhiteSpace)) yield return "a label is empty";
        foreach (var label in Labels.Where(l => !string.IsNullOrWhiteSpace(l)).GroupBy(l => l, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"label '{label.Key}' is there twice";
        foreach (var (file, hash) in Files)
        {
            if (hash is not { Length: 64 }) yield return $"files: {file} has no SHA-256";
        }
    }

    private string? TemplateProblem()
    {
        try
        {
            _ = new Text.PromptTemplate(PromptTemplate);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
