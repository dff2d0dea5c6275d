// A bundle on disk with a valid manifest and golden clips. Its graphs are a few bytes: these tests do not run them.
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;

namespace StreamActions.Core.Tests.Bundles;

/// <summary>A temporary bundle folder.</summary>
internal sealed class TinyBundle : IDisposable
{
    public static ClipSpec Spec { get; } = new(Frames: 2, SampleFps: 4, Size: 8, ResizeRule.Squash);

    public static GoldenClips Golden { get; } = new(["a person waves"], [[0.6f, 0.8f]], [[1f, 0f], [-0.28f, 0.96f]], [[2.5f], [-1e-7f]])
    {
        Clips = [.. Enumerable.Range(0, 2 * Spec.ClipBytes).Select(i => (byte)(i * 7))],
    };

    private readonly string _parent = Directory.CreateTempSubdirectory("streamactions-bundle-").FullName;

    public TinyBundle()
    {
        Directory.CreateDirectory(PathOf("tokenizer"));
        File.WriteAllText(PathOf(ModelBundle.WindowGraph), "video graph");
        File.WriteAllText(PathOf(ModelBundle.TextGraph), "text graph");
        File.WriteAllText(PathOf(ModelBundle.Vocabulary), "{}");
        File.WriteAllText(PathOf(ModelBundle.Merges), "#version: 0.2\n");
        Golden.Write(Folder);
        Seal(m => m);
    }

    public string Folder => Path.Combine(_parent, "tiny");

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Writes the manifest again: with the present hashes of the files, then changed by <paramref name="change"/>.</summary>
    public ModelManifest Seal(Func<ModelManifest, ModelManifest> change)
    {
        string[] files = [ModelBundle.WindowGraph, ModelBundle.TextGraph, ModelBundle.Vocabulary, ModelBundle.Merges,
            ModelBundle.GoldenClipsFile, ModelBundle.GoldenExpectedFile];
        var manifest = change(Manifest with { Files = files.ToDictionary(f => f, f => ModelBundle.Hash(File.ReadAllBytes(PathOf(f)))) });
        File.WriteAllText(PathOf(ModelBundle.ManifestFile), manifest.ToJson());
        return manifest;
    }

    public static ModelManifest Manifest { get; } = new()
    {
        SchemaVersion = ModelManifest.CurrentSchemaVersion,
        Name = "tiny",
        Version = "1.0.0",
        Clip = Spec,
        Temporal = TemporalMode.Bidirectional,
        EmbeddingWidth = 2,
        Scale = 100,
        ContextLength = 16,
        PromptTemplate = "A video of {}",
        ClosedVocabulary = true,
        Labels = ["wave"],
        Graphs =
        [
            new(ModelBundle.WindowGraph, GraphForm.Window, GraphPrecision.Fp32),
            new(ModelBundle.TextGraph, GraphForm.Text, GraphPrecision.Fp32),
        ],
        Golden = new(Bound: 2e-4, Measured: 1e-6),
        Files = new Dictionary<string, string> { [ModelBundle.WindowGraph] = ModelBundle.Hash("video graph"u8) },
        Metrics = new Dictionary<string, double> { ["top1-by-text"] = 0.93 },
        Provenance = new Dictionary<string, string> { ["seed"] = "1" },
    };

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
