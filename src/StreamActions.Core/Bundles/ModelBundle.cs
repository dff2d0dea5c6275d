// A bundle folder. Opening it checks the hash of every file.
using System.Security.Cryptography;
using StreamActions.Core.Text;

namespace StreamActions.Core.Bundles;

/// <summary>
/// A model as the worker loads it: a folder with <c>manifest.json</c>, the graphs, the tokenizer's two files and the golden clips;
/// a trained model also has <c>evaluation.json</c>, its report on held-out clips.
/// </summary>
public sealed class ModelBundle
{
    /// <summary>File names inside a bundle.</summary>
    public const string ManifestFile = "manifest.json", WindowGraph = "video.onnx", StreamGraph = "stream.onnx",
        ReuseGraph = "reuse.onnx", TextGraph = "text.onnx",
        Vocabulary = "tokenizer/vocab.json", Merges = "tokenizer/merges.txt",
        GoldenClipsFile = "golden/clips.u8", GoldenExpectedFile = "golden/expected.json", EvaluationFile = "evaluation.json";

    /// <summary>Optional files with which the trainer continues training. The worker does not read them.</summary>
    public const string TrainingWeights = "training/weights.safetensors", TrainingNetwork = "training/network.json";

    private static readonly string[] Required = [Vocabulary, Merges, GoldenClipsFile, GoldenExpectedFile];

    private ModelBundle(string folder, ModelManifest manifest, string sha256) => (Folder, Manifest, Sha256) = (folder, manifest, sha256);

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>The manifest.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>SHA-256 of the manifest, which holds the hashes of all other files: one value that identifies the whole bundle.</summary>
    public string Sha256 { get; }

    /// <summary>The graph for phrases.</summary>
    public BundleGraph Text => Manifest.Graphs.Single(g => g.Form == GraphForm.Text);

    /// <summary>The graphs for video: stream and pool graphs when the model can run as a stream, else window graphs.</summary>
    public IEnumerable<BundleGraph> Video => Manifest.Graphs.Where(g => Manifest.Temporal == TemporalMode.Bidirectional
        ? g.Form == GraphForm.Window
        : g.Form is GraphForm.Stream or GraphForm.Pool);

    /// <summary>The graphs that encode part of a frame; none when the bundle was exported without them.</summary>
    public IEnumerable<BundleGraph> Reuse => Manifest.Graphs.Where(g => g.Form == GraphForm.Reuse);

    /// <summary>Full path of one of the bundle's files.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Opens a bundle and checks every file that the manifest names.</summary>
    /// <exception cref="BundleException">
    /// The folder, the manifest or a file is missing, or a file does not have the manifest's hash.
    /// </exception>
    public static ModelBundle Open(string folder)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(root))
            throw new BundleException($"model '{folder}' is not a folder; give the path of a bundle, such as models/demo");
        var manifestPath = Path.Combine(root, ManifestFile);
        if (!File.Exists(manifestPath))
            throw new BundleException(
                $"model '{folder}' has no {ManifestFile}; give the path of a bundle, such as models/demo, or export one");
        var bytes = File.ReadAllBytes(manifestPath);
        var manifest = ModelManifest.Parse(TextOf(bytes, manifestPath), manifestPath);

        List<string> wrong =
        [
            .. Required.Concat(manifest.Graphs.Select(g => g.File)).Where(f => !manifest.Files.ContainsKey(f))
                .Select(f => $"{f} is not listed in {ManifestFile}"),
        ];
        foreach (var (file, expected) in manifest.Files)
        {
            if (Check(root, file, expected) is { } problem)
                wrong.Add(problem);
        }
        if (wrong.Count > 0)
            throw new BundleException(
                $"model '{folder}' is damaged: {string.Join("; ", wrong)}. Copy the bundle again from its source, or export it again");
        return new ModelBundle(root, manifest, Hash(bytes));
    }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>SHA-256 of a file of any size, in lower-case hex.</summary>
    public static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string? Check(string root, string file, string expected)
    {
        var path = Path.GetFullPath(Path.Combine(root, file));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return $"{file} is outside the bundle";
        var info = new FileInfo(path);
        if (!info.Exists)
            return $"{file} is missing";
        for (FileSystemInfo? part = info; part is not null && part.FullName.Length > root.Length; part = Directory.GetParent(part.FullName))
        {
            if (part.LinkTarget is not null)
                return $"{file} is a symbolic link";
        }
        var actual = HashOf(path);
        return string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"{file} has changed since export (SHA-256 {actual[..12]}…, expected {expected[..12]}…)";
    }

    private static string TextOf(byte[] bytes, string path)
    {
        try
        {
            return TextFile.Decode(bytes, path);
        }
        catch (TextEncodingException e)
        {
            throw new BundleException($"{e.Message}, or export the model again", e);
        }
    }
}
