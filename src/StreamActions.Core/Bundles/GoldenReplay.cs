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

    /// <summary>Checks the deviation against the bundle's bound.</summary>
    /// <exception cref="BundleException">An output differs by more than the bound, or is not finite.</exception>
    public void ThrowIfAboveBound(ModelBundle bundle)
    {
        if (Problem(bundle.Manifest.Golden) is { } problem)
            throw new BundleException($"model '{bundle.Folder}': {problem}; export it again on this kind of machine");
    }

    /// <summary>What is wrong, or null when every output is within the bound.</summary>
    public string? Problem(GoldenBound golden) => Worst <= golden.Bound
        ? null
        : $"its outputs differ by {Worst:g3} from those recorded at export, more than its bound of {golden.Bound:g3}";
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
