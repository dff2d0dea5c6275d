// Makes the int8 graph of a network, and measures what it loses and what it saves.
using System.Diagnostics;
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx.Quantization;

/// <summary>The smallest figures that an int8 graph may have (<see cref="GraphQuality"/>).</summary>
/// <param name="PlainCosine">Of evaluation clips.</param>
/// <param name="Cosine">
/// Of evaluation clips, with the mean subtracted. The noise of one clip is then compared with the differences between clips.
/// </param>
/// <param name="ExtremeCosine">Of all-dark and all-bright clips.</param>
/// <param name="Top1">The share of clips with the same best class. Two classes can be equally likely, and then it means little.</param>
/// <param name="Decisions">The share of clips with the same decision. Of few clips, one may differ.</param>
public sealed record QualityBounds(double PlainCosine, double Cosine, double ExtremeCosine, double Top1, double Decisions)
{
    /// <summary>The bounds of an export.</summary>
    public static QualityBounds Default { get; } =
        new(PlainCosine: 0.995, Cosine: 0.97, ExtremeCosine: 0.99, Top1: 0.9, Decisions: 0.99);

    /// <summary>How much of the permitted loss a graph has; above 1: too much. A figure that is not a number is infinite loss.</summary>
    public double LossOf(GraphQuality quality) => new[]
    {
        (1 - quality.PlainCosine ?? double.PositiveInfinity) / (1 - PlainCosine),
        (1 - quality.Cosine) / (1 - Cosine),
        (1 - quality.ExtremeCosine) / (1 - ExtremeCosine),
        Of(quality.Top1, Top1, quality.Clips),
        Of(quality.Decisions ?? double.NegativeInfinity, Decisions, quality.Clips),
    }.Max(loss => double.IsNaN(loss) ? double.PositiveInfinity : loss);

    // The loss of a share of clips.
    private static double Of(double share, double bound, int clips) => (1 - share) / Math.Max(1 - bound, 1.0 / clips);
}

/// <summary>The clips of a quantisation, uint8 RGB [T, S, S, 3] each.</summary>
/// <param name="Calibration">Clips of the training data, from which the scales are measured.</param>
/// <param name="Evaluation">Other clips, on which the graph is compared with fp32.</param>
/// <param name="Classes">The classes between which the comparison decides.</param>
public sealed record QuantizationClips(IReadOnlyList<byte[]> Calibration, IReadOnlyList<byte[]> Evaluation, TextClasses Classes);

/// <summary>An int8 graph.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Quality">What it loses.</param>
/// <param name="FloatLayers">Layers that stay in fp32, because they lost too much.</param>
/// <param name="Speed">Speed on one thread of this machine, as a multiple of the fp32 graph's.</param>
/// <param name="Deviation">Largest difference of an output from those of the golden clips.</param>
public sealed record QuantizedGraph(
    byte[] Bytes, GraphQuality Quality, IReadOnlyCollection<string> FloatLayers, double Speed, double Deviation)
{
    /// <summary>The plan by which it was made.</summary>
    public required QuantizationPlan Plan { get; init; }
}

/// <summary>Quantises networks.</summary>
public static class GraphQuantizer
{
    private const double FloatShare = 0.1;   // of the layers
    private const int EstimateClips = 2, TimedRounds = 5;

    /// <summary>Makes and measures the int8 graph of the vision branch.</summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="clips">Clips to calibrate and to measure.</param>
    /// <param name="golden">The golden clips with libtorch's outputs.</param>
    /// <param name="bounds">
    /// The permitted loss. Layers move to fp32 until it is met; if that fails, the graph has all layers in int8.
    /// </param>
    /// <param name="progress">Receives a sentence before each long part; null for none.</param>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static QuantizedGraph Quantize(
        M2ClipConfig config,
        IReadOnlyDictionary<string, TensorData> weights,
        QuantizationClips clips,
        GoldenClips golden,
        QualityBounds bounds,
        Action<string>? progress = null)
    {
        byte[][] calibration = [.. CalibrationClips.Of(clips.Calibration)];
        progress?.Invoke(FormattableString.Invariant(
            $"int8: measuring activations on {calibration.Length} clips, then comparing with fp32 on {clips.Evaluation.Count} clips."));
        QuantizationPlan plan = new(SmoothQuant.Fold(config, weights, Calibration.Measure(config, weights, calibration).ByWeight));
        GraphComparison all = new(config, weights, clips.Evaluation, clips.Classes), few = all.Of(EstimateClips);
        GraphQuality QualityOf(GraphComparison comparison, QuantizationPlan candidate) =>
            comparison.QualityOf(M2ClipGraphs.QuantizedGraph(config, candidate), comparison.ExactForm);
        Dictionary<QuantizationPlan, GraphQuality> measured = new(ReferenceEqualityComparer.Instance);
        GraphQuality Measure(QuantizationPlan candidate) => measured[candidate] = QualityOf(all, candidate);
        var layers = plan.Layers.Count();
        var estimated = 0;
        var chosen = LayerChoice.Choose(
            plan,
            candidate => bounds.LossOf(Measure(candidate)),
            candidate =>
            {
                if (estimated++ == 0)
                {
                    progress?.Invoke(FormattableString.Invariant(
                        $"int8: with all {layers} layers it loses too much; measuring the share of each layer."));
                }
                return bounds.LossOf(QualityOf(few, candidate));
            },
            (int)(FloatShare * layers)) ?? plan;
        var graph = M2ClipGraphs.QuantizedGraph(config, chosen);
        return new(
            graph.ToBytes(),
            measured[chosen] with { CalibrationClips = calibration.Length },
            chosen.FloatLayers,
            Speed(config, weights, graph, clips.Evaluation[0]),
            GraphComparison.Deviation(config, graph, all.ExactForm, golden))
        {
            Plan = chosen,
        };
    }

    // The fastest of several rounds in turns, on one thread each, as the worker runs them.
    private static double Speed(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, OnnxGraph quantized, byte[] clip)
    {
        using ClipRunner exact = new(M2ClipGraphs.WindowOrStream(config, weights), config, threads: 1);
        using ClipRunner other = new(quantized, config, threads: 1);
        static double Seconds(ClipRunner runner, byte[] clip)
        {
            var started = Stopwatch.GetTimestamp();
            runner.Last(clip);
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        var rounds = Enumerable.Range(0, TimedRounds).Select(_ => (Exact: Seconds(exact, clip), Other: Seconds(other, clip))).ToList();
        return rounds.Min(r => r.Exact) / rounds.Min(r => r.Other);
    }
}
