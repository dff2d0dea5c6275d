// Runs a bundle's golden clips and phrases and compares the outputs with the recorded ones.
namespace StreamActions.Core.Bundles;

/// <summary>Largest differences between the outputs of a replay and the recorded outputs.</summary>
/// <param name="Video">Of the clips' embeddings.</param>
/// <param name="ClassLogits">Of the class logits; 0 when the model has no classes.</param>
/// <param name="Text">Of the phrases' embeddings.</param>
public readonly record struct GoldenDeviation(double Video, double ClassLogits, double Text)
{
    /// <summary>The largest of the three.</summary>
    public double Worst => Math.Max(Video, Math.Max(ClassLogits, Text));

    /// <summary>Checks the deviation against the bounds of the bundle and of the graph that ran the clips.</summary>
    /// <exception cref="BundleException">An output differs by more than the bound, or is not finite.</exception>
    public void ThrowIfAboveBound(ModelBundle bundle, BundleGraph graph)
    {
        if (Problem(bundle.Manifest, graph) is { } problem)
            throw new BundleException($"model '{bundle.Folder}': {problem}; export it again on this kind of machine");
    }

    /// <summary>What is wrong, or null when every output is within its bound.</summary>
    /// <param name="manifest">Has the bound of the text graph, and of each video graph without one of its own.</param>
    /// <param name="graph">The graph that ran the clips.</param>
    public string? Problem(ModelManifest manifest, BundleGraph graph) =>
        Problem(graph.File, Math.Max(Video, ClassLogits), graph.Golden ?? manifest.Golden)
            ?? Problem(ModelBundle.TextGraph, Text, manifest.Golden);

    private static string? Problem(string graph, double worst, GoldenBound golden) => worst <= golden.Bound
        ? null
        : $"the outputs of {graph} differ by {worst:g3} from those recorded at export, more than the bound of {golden.Bound:g3}";
}

/// <summary>Outputs of the video graph for some clips.</summary>
/// <param name="Embeddings">One unit vector [D] a clip.</param>
/// <param name="ClassLogits">One vector [K] a clip; not read when the model has no classes.</param>
public sealed record ClipOutputs(IReadOnlyList<float[]> Embeddings, IReadOnlyList<float[]> ClassLogits);

/// <summary>Replays golden clips on any runtime.</summary>
public static class GoldenReplay
{
    /// <summary>Replays the golden clips and phrases of a bundle.</summary>
    /// <param name="bundle">The opened bundle.</param>
    /// <param name="runClips">Runs the video graph on packed clips, uint8 RGB [clips, T, S, S, 3].</param>
    /// <param name="embedPhrases">Puts phrases into the prompt template and runs the text graph: one unit vector [D] a phrase.</param>
    /// <exception cref="BundleException">The golden files do not have the manifest's shapes.</exception>
    public static GoldenDeviation Measure(
        ModelBundle bundle, Func<byte[], ClipOutputs> runClips, Func<IReadOnlyList<string>, IReadOnlyList<float[]>> embedPhrases)
    {
        var golden = GoldenClips.Read(bundle);
        var clips = runClips(golden.Clips);
        return new(
            GoldenClips.Deviation(clips.Embeddings, golden.VideoEmbeddings),
            bundle.Manifest.Labels.Count == 0 ? 0 : GoldenClips.Deviation(clips.ClassLogits, golden.ClassLogits),
            GoldenClips.Deviation(embedPhrases(golden.Phrases), golden.TextEmbeddings));
    }
}
