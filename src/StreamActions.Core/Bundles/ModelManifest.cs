// manifest.json: what a program must know about a model before it opens the graphs.
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using StreamActions.Core.Clips;

namespace StreamActions.Core.Bundles;

/// <summary>Which frames a frame of the model can see (docs/model.md §7).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TemporalMode>))]
public enum TemporalMode
{
    /// <summary>The model encodes a window as a whole: a frame sees earlier and later frames (the paper).</summary>
    [JsonStringEnumMemberName("bidirectional")]
    Bidirectional,

    /// <summary>A frame sees earlier frames only, so that the model can encode each frame once.</summary>
    [JsonStringEnumMemberName("causal")]
    Causal,

    /// <summary>A frame sees no other frame: a window's embedding is the mean of its frames'. Published CLIP is such a model.</summary>
    [JsonStringEnumMemberName("per-frame")]
    PerFrame,
}

/// <summary>How closely the graphs must reproduce the recorded outputs of the golden clips.</summary>
/// <param name="Bound">Largest permitted difference of any output number.</param>
/// <param name="Measured">Largest difference between the graphs and libtorch, measured at export.</param>
public sealed record GoldenBound(double Bound, double Measured);

/// <summary>The description of a bundle.</summary>
public sealed record ModelManifest
{
    /// <summary>The schema version that this code writes. It also reads version 1, which had one window graph.</summary>
    public const int CurrentSchemaVersion = 2;

    /// <summary>Schema version of the manifest.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The model's name: <c>^[a-z0-9][a-z0-9._-]{0,63}$</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The model's version, free text such as <c>1.0.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The clips that the model takes.</summary>
    public required ClipSpec Clip { get; init; }

    /// <summary>Which frames a frame of the model can see.</summary>
    public required TemporalMode Temporal { get; init; }

    /// <summary>Width D of the embeddings of clips and texts.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>Factor on cosines before a softmax: exp(logit_scale).</summary>
    public required double Scale { get; init; }

    /// <summary>Tokens in a text (S), the start and end tokens included.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The sentence around a phrase, with one <c>{}</c> for the phrase.</summary>
    public required string PromptTemplate { get; init; }

    /// <summary>
    /// True when the tokenizer was made from the training texts. A word of more than one token was then not in those texts. False for
    /// CLIP's own vocabulary.
    /// </summary>
    public required bool ClosedVocabulary { get; init; }

    /// <summary>
    /// Words of more than one token that were in the texts of the last training, for a closed vocabulary: sorted, in lower case.
    /// Null when there are no such words.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? LearntWords { get; init; }

    /// <summary>The supervised classes, in the order of the class logits; empty when the model has none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>
    /// The graphs: one for text, and at least one for video. A bidirectional model has window graphs. All others
    /// have stream graphs, and may have pool graphs.
    /// </summary>
    public IReadOnlyList<BundleGraph> Graphs { get; init; } = [];

    /// <summary>The states of stream and pool graphs, in the order of the forward pass; empty without such graphs.</summary>
    public IReadOnlyList<StreamState> States { get; init; } = [];

    /// <summary>
    /// The further states of the reuse graphs, beside <see cref="States"/>: what each token had when it was encoded last, [tokens, width]
    /// with one lag. Null without reuse graphs.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StreamState>? Caches { get; init; }

    /// <summary>How closely the golden clips must be reproduced, by each graph that has no bound of its own.</summary>
    public required GoldenBound Golden { get; init; }

    /// <summary>SHA-256, in lower-case hex, of every other file of the bundle by its relative path with forward slashes.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>
    /// Measured quality on held-out clips, by name; fractions in [0, 1]. The full report is the bundle's <c>evaluation.json</c>.
    /// </summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item><c>held-out-clips</c>: the number of clips.</item>
    /// <item><c>top1-by-text</c>, <c>top5-by-text</c>: by similarity to the classes' phrases.</item>
    /// <item><c>top1-by-classifier</c>, <c>top5-by-classifier</c>: by the classification head.</item>
    /// <item><c>time-order-pairs</c>: clips that are nearer to their own phrase than to the phrase of the action played backwards.</item>
    /// <item><c>time-order-pairs-shuffled</c>: the same, with each clip's frames in random order.</item>
    /// <item>
    /// <c>harmonic-mean-compositions</c>: 2bn / (b + n) of top-1 by text on <c>base-compositions</c> and <c>novel-compositions</c>.
    /// </item>
    /// </list>
    /// Metrics of another set than the classes' own have the set's name as a prefix, such as <c>novel-compositions-top1-by-text</c>.
    /// </remarks>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Origin of the model, by name: commands, seeds, data.</summary>
    public IReadOnlyDictionary<string, string> Provenance { get; init; } = new Dictionary<string, string>();

    private const int FirstVersion = 1;

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

    /// <summary>Reads a manifest. It checks the schema version first, so that a newer manifest is not reported as an unknown key.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="file">The file's path, for the error.</param>
    /// <exception cref="BundleException">Not JSON, another schema version, or a key missing, unknown or out of range.</exception>
    public static ModelManifest Parse(string json, string file)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object
                    || !document.RootElement.TryGetProperty("schemaVersion", out var version)
                    || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number))
                    throw new BundleException(
                        $"{file}: 'schemaVersion' is missing, so this is not a model manifest; export the model again");
                if (number is < FirstVersion or > CurrentSchemaVersion)
                {
                    throw new BundleException(
                        $"{file}: manifest version {number}; this program reads versions {FirstVersion} to {CurrentSchemaVersion}; "
                        + (number > CurrentSchemaVersion ? "update StreamActions" : "export the model again with this version's trainer"));
                }
                if (number == FirstVersion)
                    json = Upgraded(json);
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

    // Version 1 had one precision for a window graph and a text graph with fixed names.
    private static string Upgraded(string json)
    {
        var manifest = JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false })!.AsObject();
        if (manifest.ContainsKey("graphs") || manifest.ContainsKey("states"))
            throw new JsonException("'graphs' and 'states' need schemaVersion 2");
        if (!manifest.Remove("precision", out var precision))
            throw new JsonException("'precision' is missing");
        manifest["schemaVersion"] = CurrentSchemaVersion;
        JsonObject Graph(string path, string form) => new() { ["file"] = path, ["form"] = form, ["precision"] = precision?.DeepClone() };
        manifest["graphs"] = new JsonArray(Graph(ModelBundle.WindowGraph, "window"), Graph(ModelBundle.TextGraph, "text"));
        return manifest.ToJsonString();
    }

    private IEnumerable<string> Problems()
    {
        if (!BundleName.IsValid(Name)) yield return $"name '{Name}' must match {BundleName.Pattern}";
        if (Clip.Frames is < 1 or > 1024) yield return $"clip.frames {Clip.Frames} must be in 1…1024";
        if (Clip.SampleFps is not (> 0 and <= 240)) yield return $"clip.sampleFps {Clip.SampleFps} must be in (0, 240]";
        if (Clip.Size is < 8 or > 2048) yield return $"clip.size {Clip.Size} must be in 8…2048";
        if (!Enum.IsDefined(Clip.Resize)) yield return $"clip.resize {Clip.Resize} is not a rule of this version";
        if (!Enum.IsDefined(Temporal)) yield return $"temporal {Temporal} is not a mode of this version";
        if (EmbeddingWidth is < 1 or > 16384) yield return $"embeddingWidth {EmbeddingWidth} must be in 1…16384";
        if (ContextLength is < 3 or > 4096) yield return $"contextLength {ContextLength} must be in 3…4096";
        if (!double.IsFinite(Scale) || Scale <= 0) yield return $"scale {Scale} must be above 0";
        if (!(Golden.Bound > 0)) yield return $"golden.bound {Golden.Bound} must be above 0";
        if (TemplateProblem() is { } problem) yield return $"promptTemplate: {problem}";
        foreach (var wrong in GraphProblems())
            yield return wrong;
        if (LearntWords is not null && !ClosedVocabulary) yield return "learntWords needs closedVocabulary to be true";
        foreach (var word in LearntWords?.Where(w => string.IsNullOrWhiteSpace(w) || w.Any(char.IsUpper)) ?? [])
            yield return $"learntWords: '{word}' must be in lower case";
        if (Labels.Any(string.IsNullOrWhiteSpace)) yield return "a label is empty";
        var labels = Labels.Where(l => !string.IsNullOrWhiteSpace(l)).CountBy(l => l, StringComparer.Ordinal);
        foreach (var (label, _) in labels.Where(l => l.Value > 1))
            yield return $"label '{label}' is listed twice";
        foreach (var (file, hash) in Files)
        {
            if (hash is not { Length: 64 }) yield return $"files: {file} has no SHA-256";
        }
    }

    private IEnumerable<string> GraphProblems()
    {
        StreamState[] states = [.. States, .. Caches ?? []];
        if (Graphs.Any(g => g is null) || states.Any(s => s?.Shape is null))
        {
            yield return "graphs, states or caches has an empty entry";
            yield break;
        }
        if (Graphs.Count(g => g.Form == GraphForm.Text) != 1) yield return "graphs must have one graph of the form 'text'";
        var form = Temporal == TemporalMode.Bidirectional ? GraphForm.Window : GraphForm.Stream;
        if (Graphs.All(g => g.Form != form))
            yield return $"graphs has no graph of the form '{form.ToString().ToLowerInvariant()}', which this temporal mode needs";
        if (form == GraphForm.Window && Graphs.Any(g => g.Form is GraphForm.Stream or GraphForm.Pool))
            yield return "graphs: a bidirectional model cannot have a graph of the form 'stream' or 'pool'";
        foreach (var wrong in CacheProblems())
            yield return wrong;
        foreach (var graph in Graphs)
        {
            if (!Enum.IsDefined(graph.Form) || !Enum.IsDefined(graph.Precision))
                yield return $"graphs: {graph.File} has a form or precision that this version does not know";
            if (graph.Golden is { Bound: not > 0 }) yield return $"graphs: golden.bound of {graph.File} must be above 0";
        }
        foreach (var (name, _) in Graphs.CountBy(g => g.File, StringComparer.Ordinal).Where(g => g.Value > 1))
            yield return $"graphs: {name} is listed twice";
        foreach (var state in states.Where(s => s.Lags is < 1 or > 1024 || s.Shape.Count == 0 || s.Shape.Any(n => n is < 1 or > 1 << 24)))
            yield return $"states: {state.Name} must have 1 to 1024 lags and a shape of positive sizes";
        foreach (var (name, _) in states.CountBy(s => s.Name, StringComparer.Ordinal).Where(s => s.Value > 1))
            yield return $"states: {name} is listed twice";
    }

    private IEnumerable<string> CacheProblems()
    {
        var reuse = Graphs.Any(g => g.Form == GraphForm.Reuse);
        if (reuse && Temporal == TemporalMode.Bidirectional)
            yield return "graphs: a bidirectional model cannot have a graph of the form 'reuse'";
        if (reuse != (Caches is { Count: > 0 }))
            yield return "caches must have entries when graphs has a graph of the form 'reuse', and only then";
        foreach (var cache in Caches?.Where(c => c.Lags != 1 || c.Shape.Count != 2 || !IsGrid(c.Shape[0])) ?? [])
            yield return $"caches: {cache.Name} must have one lag and the shape [tokens, width] with a token for each patch and one more";
        if (Caches?.Where(c => c.Shape.Count > 0).DistinctBy(c => c.Shape[0]).Count() > 1)
            yield return "caches must all have the same number of tokens";
    }

    // One token for each patch of a square grid that divides the picture, and the class token.
    private bool IsGrid(long tokens)
    {
        var grid = (long)Math.Round(Math.Sqrt(Math.Max(0, tokens - 1)));
        return grid > 0 && grid * grid == tokens - 1 && Clip.Size % grid == 0;
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
