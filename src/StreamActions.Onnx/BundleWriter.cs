// Writes a bundle to a temporary folder, verifies it there, and then moves it to its final path.
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx;

/// <summary>The content of a bundle without its manifest.</summary>
/// <param name="Config">Sizes of the network.</param>
/// <param name="Weights">Its tensors by checkpoint name.</param>
/// <param name="VocabularyPath">The tokenizer's <c>vocab.json</c>.</param>
/// <param name="MergesPath">The tokenizer's <c>merges.txt</c>.</param>
/// <param name="Golden">Clips and phrases with libtorch's outputs.</param>
public sealed record BundleContent(
    M2ClipConfig Config, IReadOnlyDictionary<string, TensorData> Weights, string VocabularyPath, string MergesPath, GoldenClips Golden)
{
    /// <summary>
    /// The network settings with which the trainer continues training, as JSON. Null: the bundle has no training weights.
    /// </summary>
    public string? TrainingNetwork { get; init; }

    /// <summary>The model's report on held-out clips, as JSON; null: none.</summary>
    public string? Evaluation { get; init; }
}

/// <summary>Writes bundles (docs/model.md §8).</summary>
public static class BundleWriter
{
    /// <summary>Writes and verifies a bundle. Replaces an existing bundle only after the new one passes.</summary>
    /// <param name="folder">Path of the bundle.</param>
    /// <param name="manifest">The manifest; the writer sets its file hashes and measured deviation.</param>
    /// <param name="content">Everything except the manifest.</param>
    /// <returns>The bundle, opened.</returns>
    /// <exception cref="BundleException">
    /// The graphs do not reproduce libtorch's outputs within the manifest's bound, or the path is a file. Nothing is written then.
    /// </exception>
    /// <exception cref="CheckpointException">Weights are missing or have the wrong shape. Nothing is written then.</exception>
    public static ModelBundle Write(string folder, ModelManifest manifest, BundleContent content)
    {
        if (File.Exists(folder))
            throw new BundleException($"{folder}: a file is here; name another folder");
        var final = Path.GetFullPath(folder);
        var temporary = final + ".new";
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        try
        {
            Directory.CreateDirectory(Path.Combine(temporary, "tokenizer"));
            File.WriteAllBytes(Path.Combine(temporary, ModelBundle.VideoGraph), M2ClipGraphs.Video(content.Config, content.Weights));
            File.WriteAllBytes(Path.Combine(temporary, ModelBundle.TextGraph), M2ClipGraphs.Text(content.Config, content.Weights));
            File.Copy(content.VocabularyPath, Path.Combine(temporary, ModelBundle.Vocabulary));
            File.Copy(content.MergesPath, Path.Combine(temporary, ModelBundle.Merges));
            content.Golden.Write(temporary);
            WriteTraining(temporary, content);
            if (content.Evaluation is { } report)
                File.WriteAllText(Path.Combine(temporary, ModelBundle.EvaluationFile), report);
            manifest = manifest with { Files = Hashes(temporary) };
            WriteManifest(temporary, manifest);

            var measured = BundleVerifier.Measure(ModelBundle.Open(temporary));
            if (measured.Problem(manifest.Golden) is { } problem)
                throw new BundleException($"the model was not written to '{folder}': {problem}");
            WriteManifest(temporary, manifest with { Golden = manifest.Golden with { Measured = measured.Worst } });
            Replace(final, temporary);
            return ModelBundle.Open(final);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static void WriteTraining(string folder, BundleContent content)
    {
        if (content.TrainingNetwork is not { } network)
            return;
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(ModelBundle.TrainingNetwork)!));
        File.WriteAllText(Path.Combine(folder, ModelBundle.TrainingNetwork), network);
        SafetensorsFile.Write(Path.Combine(folder, ModelBundle.TrainingWeights), content.Weights);
    }

    private static void Replace(string final, string temporary)
    {
        // Other files of the folder, such as a README, stay. The older model's report is deleted: it does not describe the new model.
        Directory.CreateDirectory(final);
        File.Delete(Path.Combine(final, ModelBundle.EvaluationFile));
        foreach (var file in Directory.GetFiles(temporary, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(final, Path.GetRelativePath(temporary, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(file, target, overwrite: true);
        }
    }

    private static void WriteManifest(string folder, ModelManifest manifest) =>
        File.WriteAllText(Path.Combine(folder, ModelBundle.ManifestFile), manifest.ToJson());

    private static SortedDictionary<string, string> Hashes(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'),
            path => ModelBundle.Hash(File.ReadAllBytes(path))), StringComparer.Ordinal);
}
