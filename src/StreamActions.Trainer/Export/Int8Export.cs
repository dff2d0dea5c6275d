// Decides whether a bundle gets an int8 graph: by what it loses and by what it saves.
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;

namespace StreamActions.Trainer.Export;

/// <summary>The precisions of a bundle's video graphs. A graph in fp32 is always written.</summary>
internal enum PrecisionChoice
{
    /// <summary>Int8 too, when it is within the permitted loss and faster on this machine.</summary>
    Auto,
    /// <summary>Fp32 alone.</summary>
    Fp32,
    /// <summary>Int8 too; an error when it loses too much.</summary>
    Int8,
    /// <summary>Fp16 for GPUs too; an error when it loses too much.</summary>
    Fp16,
    /// <summary>Fp16 as asked for, and int8 as for <see cref="Auto"/>.</summary>
    All,
}

/// <summary>What an export needs to choose precisions.</summary>
/// <param name="Choice">The user's choice.</param>
/// <param name="Calibration">Training clips, uint8 RGB [T, S, S, 3] each.</param>
/// <param name="Evaluation">Held-out clips.</param>
/// <param name="Report">Receives the progress and the result, a sentence each.</param>
internal sealed record PrecisionRequest(
    PrecisionChoice Choice, IReadOnlyList<byte[]> Calibration, IReadOnlyList<byte[]> Evaluation, Action<string> Report)
{
    /// <summary>Whether to make the graph that encodes only some of a frame's tokens, too.</summary>
    public bool Reuse { get; init; }

    /// <summary>The permitted loss.</summary>
    public QualityBounds Bounds { get; init; } = QualityBounds.Default;
}

/// <summary>Makes the int8 graph of a bundle.</summary>
internal static class Int8Export
{
    // Another processor may round another way at the border of two numbers, which changes outputs by part of the loss.
    private const double Slack = 2, LeastBound = 1e-3;

    /// <summary>The int8 graph, or null when the bundle does without it.</summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="golden">The golden clips with libtorch's outputs.</param>
    /// <param name="scale">Factor on cosines.</param>
    /// <param name="request">Choice and clips.</param>
    /// <exception cref="TrainerException">The user asked for int8, and the graph loses too much.</exception>
    public static PreciseGraph? Make(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, GoldenClips golden, double scale, PrecisionRequest request)
    {
        if (request.Choice is PrecisionChoice.Fp32 or PrecisionChoice.Fp16)
            return null;
        // The writer makes the same choice for the graph in fp32.
        config = PerFrameNetwork.Find(config, weights) ?? config;
        QuantizationClips clips = new(request.Calibration, request.Evaluation, new(golden.TextEmbeddings, scale));
        var int8 = GraphQuantizer.Quantize(config, weights, clips, golden, request.Bounds, request.Report);
        var figures = Figures(int8);
        if (request.Bounds.LossOf(int8.Quality) > 1)
        {
            var loss = $"an int8 graph loses too much: {figures}; {Limits(request.Bounds)}";
            if (request.Choice == PrecisionChoice.Int8)
                throw new TrainerException($"--precision int8: {loss}. Use --precision fp32");
            request.Report($"No int8 graph: {loss}.");
            return null;
        }
        if (request.Choice != PrecisionChoice.Int8 && int8.Speed <= 1)
        {
            request.Report($"No int8 graph: on this machine it is no faster than fp32 ({Speed(int8)}). --precision int8 writes it.");
            return null;
        }
        var streams = config.Temporal != TemporalMode.Bidirectional;
        var file = $"{Path.GetFileNameWithoutExtension(streams ? ModelBundle.StreamGraph : ModelBundle.WindowGraph)}.int8.onnx";
        request.Report($"{file}: {Speed(int8)} as fast as fp32 on one thread of this machine; {figures}.");
        return new(
            new(file, streams ? GraphForm.Stream : GraphForm.Window, GraphPrecision.Int8)
            {
                Golden = new(Slack * int8.Deviation + LeastBound, int8.Deviation),
                Quality = int8.Quality,
            },
            int8.Bytes)
        {
            Reuse = request.Reuse ? M2ClipGraphs.QuantizedReuse(config, int8.Plan) : null,
        };
    }

    private static string Figures(QuantizedGraph int8)
    {
        var quality = int8.Quality;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"smallest cosine to fp32 {quality.PlainCosine:f4}, with the mean subtracted {quality.Cosine:f4}, on dark and bright clips "
            + $"{quality.ExtremeCosine:f4}; of {quality.Clips} clips {quality.Top1:p1} keep their best class and {quality.Decisions:p1} "
            + $"their decision; {int8.FloatLayers.Count} layers stay in fp32");
    }

    private static string Limits(QualityBounds bounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"permitted are {bounds.PlainCosine}, {bounds.Cosine}, {bounds.ExtremeCosine}, "
            + $"{bounds.Top1:p0} and {bounds.Decisions:p0}");

    private static string Speed(QuantizedGraph int8) => string.Create(CultureInfo.InvariantCulture, $"{int8.Speed:f1} times");
}
