// The initial weights of a run: those of another run or of a bundle.
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Training;

/// <summary>A trained network from which another run starts.</summary>
/// <param name="Name">Its name in messages and provenance.</param>
/// <param name="Network">Its sizes and the names of its heads' rows.</param>
/// <param name="Clip">Size and timing of the clips that it was trained on.</param>
/// <param name="Weights">Its tensors by name.</param>
/// <param name="Tokenizer">Paths of its tokenizer files.</param>
/// <param name="PromptTemplate">The prompt template of its texts.</param>
/// <param name="OpenVocabulary">True when its vocabulary is CLIP's; false when it was built from a run's own texts.</param>
internal sealed record StartingPoint(string Name, TrainedNetwork Network, ClipSpec Clip, IReadOnlyDictionary<string, TensorData> Weights,
    (string Vocabulary, string Merges) Tokenizer, string PromptTemplate, bool OpenVocabulary)
{
    /// <summary>Key of the number of training steps in a manifest's provenance.</summary>
    public const string StepsDone = "steps-done";

    /// <summary>Its sizes.</summary>
    public M2ClipConfig Config => Network.Config;

    /// <summary>The classes of its classification head.</summary>
    public IReadOnlyList<ClipClass> Classes => Network.Classes;

    /// <summary>The words of its masked-language head.</summary>
    public IReadOnlyList<string> Words => Network.Words;

    /// <summary>Training steps done; 0 when unknown.</summary>
    public long Steps { get; init; }

    /// <summary>Opens a run or a bundle.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="option">The command-line option of the path, for errors.</param>
    /// <exception cref="TrainerException">The folder is neither, or has no training weights.</exception>
    /// <exception cref="BundleException">The bundle is damaged or was changed.</exception>
    public static StartingPoint Open(string path, string option = "--from")
    {
        if (RunFolder.Exists(path))
            return Of(RunFolder.Open(path), path, option);
        if (!File.Exists(Path.Combine(path, ModelBundle.ManifestFile)))
            throw new TrainerException(
                $"{option} {path}: neither a run nor a bundle; make a run from published weights with 'import-clip'");
        var bundle = ModelBundle.Open(path);
        if (!bundle.Manifest.Files.ContainsKey(ModelBundle.TrainingWeights)
            || !bundle.Manifest.Files.ContainsKey(ModelBundle.TrainingNetwork))
            throw new TrainerException($"{option} {path}: this bundle has no training weights; use the run that it was exported from");
        var (manifest, networkFile) = (bundle.Manifest, bundle.PathOf(ModelBundle.TrainingNetwork));
        var stepsDone = manifest.Provenance.GetValueOrDefault(StepsDone);
        return new(NameOf(manifest), TrainedNetwork.Parse(TextFile.Read(networkFile), networkFile), manifest.Clip,
            SafetensorsFile.Open(bundle.PathOf(ModelBundle.TrainingWeights)).ReadAll(),
            (bundle.PathOf(ModelBundle.Vocabulary), bundle.PathOf(ModelBundle.Merges)), manifest.PromptTemplate, !manifest.ClosedVocabulary)
        {
            Steps = long.TryParse(stepsDone, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) ? steps : 0,
        };
    }

    /// <summary>The name of the weights at a path: from a bundle's manifest, else the folder's name, also for a deleted run.</summary>
    public static string NameOf(string path) =>
        !RunFolder.Exists(path) && File.Exists(Path.Combine(path, ModelBundle.ManifestFile))
            ? NameOf(ModelBundle.Open(path).Manifest)
            : RunFolder.NameOf(path);

    private static string NameOf(ModelManifest manifest) => $"{manifest.Name} {manifest.Version}";

    private static StartingPoint Of(RunFolder run, string path, string option)
    {
        var checkpoint = run.BestOrLatest()
            ?? throw new TrainerException($"{option} {path}: this run has no checkpoint yet; train it first");
        return new(RunFolder.NameOf(path), run.Network, run.Clip, checkpoint.Read(),
            (run.VocabularyPath, run.MergesPath), run.Options.PromptTemplate, run.Options.OpenVocabulary)
        {
            Steps = checkpoint.Step,
        };
    }
}
