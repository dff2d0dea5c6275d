// The weights a run starts from: those of another run, or of a bundle.
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Training;

/// <summary>A trained network, as another run takes it over.</summary>
/// <param name="Name">What it is called in messages and provenance.</param>
/// <param name="Network">Its sizes, and the names of its heads' rows.</param>
/// <param name="Clip">The clips it was trained on.</param>
/// <param name="Weights">Its tensors.</param>
/// <param name="Tokenizer">Its vocabulary's files.</param>
/// <param name="PromptTemplate">The sentence its texts are put into.</param>
/// <param name="OpenVocabulary">True when few words are unknown to it.</param>
internal sealed record StartingPoint(string Name, TrainedNetwork Network, ClipSpec Clip, IReadOnlyDictionary<string, TensorData> Weights,
    (string Vocabulary, string Merges) Tokenizer, string PromptTemplate, bool OpenVocabulary)
{
    /// <summary>Where a manifest's provenance says how many steps were trained.</summary>
    public const string StepsDone = "steps-done";

    /// <summary>Its sizes.</summary>
    public M2ClipConfig Config => Network.Config;

    /// <summary>The classes of its classification head.</summary>
    public IReadOnlyList<ClipClass> Classes => Network.Classes;

    /// <summary>The words of its masked-language head.</summary>
    public IReadOnlyList<string> Words => Network.Words;

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
        if (!bundle.Manifest.Files.ContainsKey(ModelBundle.TrainingWeights)
            || !bundle.Manifest.Files.ContainsKey(ModelBundle.TrainingNetwork))
            throw new TrainerException($"{option} {path}: this bundle holds no weights for training; take the run it was exported from");
        var (manifest, networkFile) = (bundle.Manifest, bundle.PathOf(ModelBundle.TrainingNetwork));
        var said = manifest.Provenance.GetValueOrDefault(StepsDone);
        return new(NameOf(manifest), TrainedNetwork.Parse(File.ReadAllText(networkFile), networkFile), manifest.Clip,
            SafetensorsFile.Open(bundle.PathOf(ModelBundle.TrainingWeights)).ReadAll(),
            (bundle.PathOf(ModelBundle.Vocabulary), bundle.PathOf(ModelBundle.Merges)), manifest.PromptTemplate, !manifest.ClosedVocabulary)
        {
            Steps = long.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) ? steps : 0,
        };
    }

    /// <summary>What the weights of a path are called: a bundle by its manifest, a run, also one that is gone, by its folder.</summary>
    public static string NameOf(string path) =>
        !RunFolder.Exists(path) && File.Exists(Path.Combine(path, ModelBundle.ManifestFile))
            ? NameOf(ModelBundle.Open(path).Manifest)
            : RunFolder.NameOf(path);

    private static string NameOf(ModelManifest manifest) => $"{manifest.Name} {manifest.Version}";

    private static StartingPoint Of(RunFolder run, string path)
    {
        var checkpoint = run.BestOrLatest()
            ?? throw new TrainerException($"--from {path}: this run has no checkpoint yet");
        return new(RunFolder.NameOf(path), run.Network, run.Clip, checkpoint.Read(),
            (run.VocabularyPath, run.MergesPath), run.Options.PromptTemplate, run.Options.OpenVocabulary)
        {
            Steps = checkpoint.Step,
        };
    }
}
