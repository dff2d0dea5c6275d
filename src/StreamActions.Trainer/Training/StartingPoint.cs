// The weights a run starts from: those of another run, or of a bundle.
using System.Globalization;
using System.Text.Json;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Training;

/// <summary>A trained network, as another run takes it over.</summary>
/// <param name="Name">What it is called in messages and provenance.</param>
/// <param name="Config">Its sizes.</param>
/// <param name="Clip">The clips it was trained on.</param>
/// <param name="Weights">Its tensors.</param>
/// <param name="Tokenizer">Its vocabulary's files.</param>
/// <param name="PromptTemplate">The sentence its texts are put into.</param>
/// <param name="OpenVocabulary">True when few words are unknown to it.</param>
/// <param name="Classes">The classes of its classification head.</param>
/// <param name="Words">The words of its masked-language head.</param>
internal sealed record StartingPoint(string Name, M2ClipConfig Config, ClipSpec Clip, IReadOnlyDictionary<string, TensorData> Weights,
    (string Vocabulary, string Merges) Tokenizer, string PromptTemplate, bool OpenVocabulary, IReadOnlyList<ClipClass> Classes, IReadOnlyList<string> Words)
{
    /// <summary>Where a manifest's provenance says how many steps were trained.</summary>
    public const string StepsDone = "steps-done";

    /// <summary>Training steps it has behind it; 0 when nothing says.</summary>
    public long Steps { get; init; }

    /// <summary>Opens a run's folder or a bundle.</summary>
    /// <exception cref="TrainerException">It is neither, or has no weights.</exception>
    /// <exception cref="BundleException">The bundle cannot be trusted.</exception>
    /// <param name="path">The folder.</param>
    /// <param name="option">The option that named it, for errors.</param>
    public static StartingPoint Open(string path, string option = "--from")
    {
        if (RunFolder.Exists(path))
            return Of(RunFolder.Open(path), path);
        if (!File.Exists(Path.Combine(path, ModelBundle.ManifestFile)))
            throw new TrainerException($"{option} {path}: neither a run nor a bundle; 'import-clip' makes a run of published weights");
        var bundle = ModelBundle.Open(path);
        if (!bundle.Manifest.Files.ContainsKey(ModelBundle.TrainingWeights) || !bundle.Manifest.Files.ContainsKey(ModelBundle.TrainingNetwork))
            throw new TrainerException($"{option} {path}: this bundle holds no weights for training; take the run it was exported from");
        var network = TrainedNetwork.Parse(File.ReadAllText(bundle.PathOf(ModelBundle.TrainingNetwork)), bundle.PathOf(ModelBundle.TrainingNetwork));
        return new(NameOf(bundle.Manifest), network.Config, bundle.Manifest.Clip, SafetensorsFile.Open(bundle.PathOf(ModelBundle.TrainingWeights)).ReadAll(),
            (bundle.PathOf(ModelBundle.Vocabulary), bundle.PathOf(ModelBundle.Merges)), bundle.Manifest.PromptTemplate, !bundle.Manifest.ClosedVocabulary, network.Classes, network.Words)
        {
            Steps = long.TryParse(bundle.Manifest.Provenance.GetValueOrDefault(StepsDone), NumberStyles.None, CultureInfo.InvariantCulture, out var steps) ? steps : 0,
        };
    }

    /// <summary>What the weights of a path are called: a bundle by its manifest, a run, also one that is gone, by its folder.</summary>
    public static string NameOf(string path) =>
        !RunFolder.Exists(path) && File.Exists(Path.Combine(path, ModelBundle.ManifestFile)) ? NameOf(ModelBundle.Open(path).Manifest) : RunFolder.NameOf(path);

    private static string NameOf(ModelManifest manifest) => $"{manifest.Name} {manifest.Version}";

    private static StartingPoint Of(RunFolder run, string path)
    {
        var checkpoint = run.BestOrLatest()
            ?? throw new TrainerException($"--from {path}: this run has no checkpoint yet");
        return new(RunFolder.NameOf(path), run.Config, run.Clip, checkpoint.Read(),
            (run.VocabularyPath, run.MergesPath), run.Options.PromptTemplate, run.Options.OpenVocabulary, run.Classes, run.Words)
        {
            Steps = checkpoint.Step,
        };
    }
}

/// <summary>What a network's weights do not say themselves.</summary>
/// <param name="Config">Its sizes.</param>
/// <param name="Classes">The classes of its classification head, in its order.</param>
/// <param name="Words">The words of its masked-language head, in its order.</param>
internal sealed record TrainedNetwork(M2ClipConfig Config, IReadOnlyList<ClipClass> Classes, IReadOnlyList<string> Words)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>From JSON.</summary>
    /// <exception cref="TrainerException">Not of that form; names the file.</exception>
    public static TrainedNetwork Parse(string json, string file)
    {
        try
        {
            var network = JsonSerializer.Deserialize<TrainedNetwork>(json, Json) ?? throw new JsonException("empty");
            return network.Config is null || network.Classes is null || network.Words is null ? throw new JsonException("a part is missing")
                : network.Config.Problems() is { Count: > 0 } problems ? throw new JsonException(string.Join("; ", problems)) : network;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file}: not a readable network ({e.Message}); restore it from a copy", e);
        }
    }
}
