// Writes a bundle to a temporary folder, verifies it there, and then moves it to its final path.
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
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

    /// <summary>Video graphs of lower precision, beside the one in fp32.</summary>
    public IReadOnlyList<PreciseGraph> Graphs { get; init; } = [];

    /// <summary>
    /// Whether to write a graph in fp32 that encodes only some of a frame's tokens. Not for a bidirectional network with adapters.
    /// </summary>
    public bool Reuse { get; init; }

    /// <summary>Most bytes of weights in the file of a graph. More go into a file beside it.</summary>
    public long MostGraphBytes { get; init; } = OnnxGraph.MostBytes;
}

/// <summary>A video graph to write beside the one in fp32.</summary>
/// <param name="Description">Its entry in the manifest. The writer sets the measured deviation.</param>
/// <param name="Bytes">The file.</param>
public sealed record PreciseGraph(BundleGraph Description, byte[] Bytes)
{
    /// <summary>The graph of the same precision that encodes only some of a frame's tokens; null: none.</summary>
    public byte[]? Reuse { get; init; }
}

/// <summary>Writes bundles (docs/model.md §8).</summary>
public static class BundleWriter
{
    private static readonly string TrainingFolder = Path.GetDirectoryName(ModelBundle.TrainingNetwork)!;

    /// <summary>Writes and verifies a bundle. Replaces an existing bundle only after the new one passes.</summary>
    /// <param name="folder">Path of the bundle.</param>
    /// <param name="manifest">The manifest; the writer sets graphs, states, file hashes and measured deviations.</param>
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
            manifest = WriteGraphs(temporary, manifest, content);
            File.Copy(content.VocabularyPath, Path.Combine(temporary, ModelBundle.Vocabulary));
            File.Copy(content.MergesPath, Path.Combine(temporary, ModelBundle.Merges));
            content.Golden.Write(temporary);
            WriteTraining(temporary, content);
            if (content.Evaluation is { } report)
                File.WriteAllText(Path.Combine(temporary, ModelBundle.EvaluationFile), report);
            manifest = manifest with { Files = Hashes(temporary) };
            WriteManifest(temporary, manifest);

            WriteManifest(temporary, Measured(ModelBundle.Open(temporary), folder));
            Replace(final, temporary);
            return ModelBundle.Open(final);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static ModelManifest WriteGraphs(string folder, ModelManifest manifest, BundleContent content)
    {
        void Save(string file, OnnxGraph graph) => graph.Save(Path.Combine(folder, file), content.MostGraphBytes);
        // A network whose adapters are the identity encodes each frame alone: eight times cheaper for windows of eight frames.
        var config = PerFrameNetwork.Find(content.Config, content.Weights) ?? content.Config;
        var streams = config.Temporal != TemporalMode.Bidirectional;
        BundleGraph video = streams
            ? new(ModelBundle.StreamGraph, GraphForm.Stream, GraphPrecision.Fp32)
            : new(ModelBundle.WindowGraph, GraphForm.Window, GraphPrecision.Fp32);
        List<BundleGraph> reuse = [];
        // A reuse graph has the weights of the stream graph: both share a file.
        void SaveBoth(BundleGraph description, OnnxGraph graph, OnnxGraph other)
        {
            var entry = description with { File = ReuseFile(description.Precision), Form = GraphForm.Reuse };
            graph.SaveWith(Path.Combine(folder, description.File), other, Path.Combine(folder, entry.File));
            reuse.Add(entry);
        }
        if (content.Reuse)
            SaveBoth(video, M2ClipGraphs.WindowOrStream(config, content.Weights), M2ClipGraphs.ReuseGraph(config, content.Weights));
        else
            Save(video.File, M2ClipGraphs.WindowOrStream(config, content.Weights));
        Save(ModelBundle.TextGraph, M2ClipGraphs.TextGraph(content.Config, content.Weights));
        foreach (var graph in content.Graphs)
        {
            if (graph.Reuse is { } other)
                SaveBoth(graph.Description, OnnxGraph.Parse(graph.Bytes), OnnxGraph.Parse(other));
            else
                File.WriteAllBytes(Path.Combine(folder, graph.Description.File), graph.Bytes);
        }
        return manifest with
        {
            Temporal = config.Temporal,
            Graphs =
            [
                video, .. content.Graphs.Select(g => g.Description), .. reuse,
                new(ModelBundle.TextGraph, GraphForm.Text, GraphPrecision.Fp32),
            ],
            States = streams ? M2ClipGraphs.States(config) : [],
            Caches = reuse.Count > 0 ? M2ClipGraphs.Caches(config) : null,
        };
    }

    private static string ReuseFile(GraphPrecision precision) => precision == GraphPrecision.Fp32
        ? ModelBundle.ReuseGraph
        : Path.ChangeExtension(ModelBundle.ReuseGraph, $"{precision.ToString().ToLowerInvariant()}.onnx");

    // The manifest with the measured deviation of each graph.
    private static ModelManifest Measured(ModelBundle bundle, string folder)
    {
        var manifest = bundle.Manifest;
        var graphs = manifest.Graphs.ToList();
        double worst = 0;
        foreach (var graph in bundle.Video.Concat(bundle.Reuse))
        {
            var measured = BundleVerifier.Measure(bundle, graph);
            if (measured.Problem(manifest, graph) is { } problem)
                throw new BundleException($"the model was not written to '{folder}': {problem}");
            var video = Math.Max(measured.Video, measured.ClassLogits);
            worst = Math.Max(worst, graph.Golden is null ? measured.Worst : measured.Text);
            if (graph.Golden is { } golden)
                graphs[graphs.IndexOf(graph)] = graph with { Golden = golden with { Measured = video } };
        }
        return manifest with { Graphs = graphs, Golden = manifest.Golden with { Measured = worst } };
    }

    private static void WriteTraining(string folder, BundleContent content)
    {
        if (content.TrainingNetwork is not { } network)
            return;
        Directory.CreateDirectory(Path.Combine(folder, TrainingFolder));
        File.WriteAllText(Path.Combine(folder, ModelBundle.TrainingNetwork), network);
        SafetensorsFile.Write(Path.Combine(folder, ModelBundle.TrainingWeights), content.Weights);
    }

    private static void Replace(string final, string temporary)
    {
        // The older model's files are deleted: its report, graphs and training weights do not belong to the new model. Other files of the
        // folder, such as a README, stay.
        Directory.CreateDirectory(final);
        foreach (var file in FilesOf(final))
            File.Delete(Path.Combine(final, file));
        foreach (var file in Directory.GetFiles(temporary, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(final, Path.GetRelativePath(temporary, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(file, target, overwrite: true);
        }
    }

    // Only names that a writer could have listed: a damaged manifest must not delete other files.
    private static IEnumerable<string> FilesOf(string bundle)
    {
        try
        {
            var path = Path.Combine(bundle, ModelBundle.ManifestFile);
            return ModelManifest.Parse(TextFile.Read(path), path).Files.Keys.Where(f => !f.Contains("..", StringComparison.Ordinal)
                && !Path.IsPathRooted(f) && File.Exists(Path.Combine(bundle, f)));
        }
        catch (Exception e) when (e is IOException or BundleException)
        {
            return [];
        }
    }

    private static void WriteManifest(string folder, ModelManifest manifest) =>
        File.WriteAllText(Path.Combine(folder, ModelBundle.ManifestFile), manifest.ToJson());

    private static SortedDictionary<string, string> Hashes(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'),
            ModelBundle.HashOf), StringComparer.Ordinal);
}
