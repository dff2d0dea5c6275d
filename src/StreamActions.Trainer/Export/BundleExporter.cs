// Exports a trained network as a bundle: golden clips and phrases with libtorch's outputs, the manifest, the graphs.
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Onnx;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Export;

/// <summary>The data of a bundle's manifest that the network does not hold.</summary>
internal sealed record BundleDescription(
    string Name, string Version, ClipSpec Clip, bool ClosedVocabulary, EvaluationReport? Evaluation,
    IReadOnlyDictionary<string, string> Provenance)
{
    /// <summary>
    /// The texts of the training data. Words in them that a closed vocabulary splits into several tokens count as learnt.
    /// </summary>
    public IEnumerable<string> Texts { get; init; } = [];

    /// <summary>Whether to add graphs that encode only some of a frame's tokens. Not for a network that encodes whole windows.</summary>
    public bool Reuse { get; init; }

    /// <summary>The precisions of the video graphs; null: fp32 alone.</summary>
    public PrecisionRequest? Precision { get; init; }
}

/// <summary>Exports networks.</summary>
internal static class BundleExporter
{
    /// <summary>Maximum absolute difference between libtorch's and the graphs' outputs in fp32.</summary>
    private const double Bound = 1e-3;

    /// <summary>Checks the bundle's name, version and folder before the long export starts.</summary>
    /// <param name="name">Value of <c>--name</c>.</param>
    /// <param name="version">Value of <c>--model-version</c>.</param>
    /// <param name="folder">Value of <c>--to</c>.</param>
    /// <exception cref="TrainerException">A value is invalid; the message lists all invalid values with their options.</exception>
    public static void CheckNames(string name, string version, string folder)
    {
        List<string> problems = [];
        if (!BundleName.IsValid(name))
            problems.Add($"--name '{name}': lower-case letters, digits, dots, dashes and underscores only, "
                + "a letter or digit first, at most 64 characters");
        if (string.IsNullOrWhiteSpace(version))
            problems.Add("--model-version is empty: give a version such as 1.0.0");
        if (string.IsNullOrWhiteSpace(folder))
            problems.Add("--to is empty: name a folder");
        else if (File.Exists(folder))
            problems.Add($"--to {folder}: a file is here; name a folder");
        if (problems.Count > 0)
            throw new TrainerException(string.Join("; ", problems));
    }

    /// <summary>Writes a bundle after checking its outputs against libtorch.</summary>
    /// <param name="network">The network.</param>
    /// <param name="classes">Its classes, in the order of its classification head.</param>
    /// <param name="words">The words of its masked-language head; null leaves out the training weights.</param>
    /// <param name="goldenClips">Clips to record as golden clips: uint8 RGB [T, S, S, 3] each.</param>
    /// <param name="tokenizerFiles">Paths of vocab.json and merges.txt.</param>
    /// <param name="description">The remaining data of the manifest.</param>
    /// <param name="folder">Folder of the new bundle.</param>
    public static ModelBundle Write(
        TorchNetwork network, IReadOnlyList<ClipClass> classes, IReadOnlyList<string>? words, IReadOnlyList<byte[]> goldenClips,
        (string Vocabulary, string Merges) tokenizerFiles, BundleDescription description, string folder)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        network.Training = false;
        var config = network.Config;
        string[] phrases = [.. classes.Select(c => c.Phrase)];
        var (embedding, logits) = network.EncodeVideo(network.Pixels(goldenClips));
        var golden = new GoldenClips(phrases,
            Evaluator.Rows(network.EncodeText(network.Tokens(phrases))),
            Evaluator.Rows(embedding),
            logits is null ? [.. goldenClips.Select(_ => Array.Empty<float>())] : Evaluator.Rows(logits))
        {
            Clips = [.. goldenClips.SelectMany(c => c)],
        };
        var manifest = new ModelManifest
        {
            SchemaVersion = ModelManifest.CurrentSchemaVersion,
            Name = description.Name,
            Version = description.Version,
            Clip = description.Clip,
            Temporal = config.Temporal,
            EmbeddingWidth = config.EmbedDim,
            Scale = Math.Round(network.Network.LogitScale.exp().item<float>(), 4),
            ContextLength = config.ContextLength,
            PromptTemplate = network.Template.ToString(),
            ClosedVocabulary = description.ClosedVocabulary,
            LearntWords = description.ClosedVocabulary ? LearntWords(TokenizerFiles.Load(tokenizerFiles), description.Texts) : null,
            Labels = config.NumClasses > 0 ? [.. classes.Select(c => c.Name)] : [],
            Golden = new(Bound, 0),
            Files = new Dictionary<string, string>(),
            Metrics = description.Evaluation?.ToMetrics() ?? [],
            Provenance = description.Provenance,
        };
        var weights = network.Parameters.Export();
        if (description.Reuse && config.Temporal == TemporalMode.Bidirectional && PerFrameNetwork.Find(config, weights) is null)
        {
            throw new TrainerException(
                "--reuse: this network encodes whole windows, so it has no earlier frames to reuse; train it with --temporal causal");
        }
        List<PreciseGraph> graphs = [];
        if (description.Precision is { } request)
        {
            if (Int8Export.Make(config, weights, golden, manifest.Scale, request) is { } int8)
                graphs.Add(int8);
            if (Fp16Export.Make(config, weights, golden, manifest.Scale, request) is { } fp16)
                graphs.Add(fp16);
        }
        return BundleWriter.Write(folder, manifest,
            new(config, weights, tokenizerFiles.Vocabulary, tokenizerFiles.Merges, golden)
            {
                Graphs = graphs,
                Reuse = description.Reuse,
                TrainingNetwork = words is null ? null : new TrainedNetwork(config, config.NumClasses > 0 ? classes : [], words).ToJson(),
                Evaluation = description.Evaluation?.ToJson(),
            });
    }

    // Null instead of an empty list: programs that predate the list can then still read the manifest.
    private static string[]? LearntWords(ClipTokenizer tokenizer, IEnumerable<string> texts) =>
        texts.SelectMany(tokenizer.UnknownWords).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()
            is { Length: > 0 } words ? words : null;
}
