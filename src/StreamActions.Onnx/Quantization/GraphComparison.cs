// Compares graphs of lower precision with the one in fp32 on the same clips.
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx.Quantization;

/// <summary>Clips whose embeddings in fp32 are computed once.</summary>
internal sealed class GraphComparison
{
    private const int ExtremeClips = 8;

    private readonly M2ClipConfig _config;
    private readonly TextClasses _classes;
    private readonly IReadOnlyList<byte[]> _natural, _extreme;
    private readonly IReadOnlyList<float[]> _exactNatural, _exactExtreme;

    public GraphComparison(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, IReadOnlyList<byte[]> clips, TextClasses classes)
    {
        (_config, _classes, _natural) = (config, classes, clips);
        _extreme = [.. CalibrationClips.ExtremesOf([.. clips.Take(ExtremeClips)])];
        using ClipRunner exact = new(M2ClipGraphs.WindowOrStream(config, weights), config);
        (_exactNatural, _exactExtreme) = (Embeddings(exact, _natural), Embeddings(exact, _extreme));
    }

    private GraphComparison(GraphComparison all, int clips)
    {
        (_config, _classes) = (all._config, all._classes);
        (_natural, _exactNatural) = ([.. all._natural.Take(clips)], [.. all._exactNatural.Take(clips)]);
        (_extreme, _exactExtreme) = ([.. all._extreme.TakeLast(clips)], [.. all._exactExtreme.TakeLast(clips)]);
    }

    /// <summary>The form of the graph in fp32.</summary>
    public GraphForm ExactForm => ExactFormOf(_config);

    /// <summary>The form of a network's graph in fp32.</summary>
    public static GraphForm ExactFormOf(M2ClipConfig config) =>
        config.Temporal == TemporalMode.Bidirectional ? GraphForm.Window : GraphForm.Stream;

    /// <summary>The comparison on few of the clips.</summary>
    public GraphComparison Of(int clips) => new(this, clips);

    /// <summary>What a graph loses.</summary>
    public GraphQuality QualityOf(OnnxGraph graph, GraphForm form)
    {
        using ClipRunner runner = new(graph, _config, form);
        return QualityMeasure.Of(
            new(_exactNatural, Embeddings(runner, _natural)), new(_exactExtreme, Embeddings(runner, _extreme)), _classes);
    }

    /// <summary>The largest difference of a graph's outputs from those of the golden clips; infinite when one is not finite.</summary>
    public static double Deviation(M2ClipConfig config, OnnxGraph graph, GraphForm form, GoldenClips golden)
    {
        using ClipRunner runner = new(graph, config, form);
        return golden.Clips.Chunk(golden.Clips.Length / golden.VideoEmbeddings.Count).Select((clip, i) =>
        {
            var outputs = runner.Last(clip);
            return Math.Max(
                GoldenClips.Deviation([outputs[GraphTensors.Embedding]], [golden.VideoEmbeddings[i]]),
                GoldenClips.Deviation([outputs.GetValueOrDefault(GraphTensors.ClassLogits, [])], [golden.ClassLogits[i]]));
        }).Max();
    }

    private static float[][] Embeddings(ClipRunner runner, IEnumerable<byte[]> clips) =>
        [.. clips.Select(clip => runner.Last(clip)[GraphTensors.Embedding])];
}
