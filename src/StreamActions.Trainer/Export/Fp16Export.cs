// Makes the fp16 graph of a bundle, for GPUs.
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;

namespace StreamActions.Trainer.Export;

/// <summary>Makes the fp16 graph of a bundle.</summary>
internal static class Fp16Export
{
    /// <summary>The fp16 graph, or null when the user did not ask for one.</summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="golden">The golden clips with libtorch's outputs.</param>
    /// <param name="scale">Factor on cosines.</param>
    /// <param name="request">Choice and clips.</param>
    /// <exception cref="TrainerException">The graph loses too much.</exception>
    public static PreciseGraph? Make(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, GoldenClips golden, double scale, PrecisionRequest request)
    {
        if (request.Choice is not (PrecisionChoice.Fp16 or PrecisionChoice.All))
            return null;
        // The writer makes the same choice for the graph in fp32.
        config = PerFrameNetwork.Find(config, weights) ?? config;
        QuantizationClips clips = new([], request.Evaluation, new(golden.TextEmbeddings, scale));
        var half = HalfPrecision.Make(config, weights, clips, golden);
        var quality = half.Quality;
        var figures = string.Create(
            CultureInfo.InvariantCulture,
            $"smallest cosine to fp32 {quality.PlainCosine:f5}, with the mean subtracted {quality.Cosine:f5}, on dark and bright clips "
            + $"{quality.ExtremeCosine:f5}; of {quality.Clips} clips {quality.Top1:p1} keep their best class and {quality.Decisions:p1} "
            + $"their decision");
        // Not a number is a loss, too: a weight or a result was too large for 16 bits.
        if (!(request.Bounds.LossOf(quality) <= 1) || !double.IsFinite(half.Golden.Measured))
        {
            throw new TrainerException($"--precision {request.Choice.ToString().ToLowerInvariant()}: an fp16 graph loses too much: "
                + $"{figures}. Use --precision auto: a GPU then runs the graph in fp32");
        }
        var file = half.Form == GraphForm.Window ? "video.fp16.onnx" : "pool.fp16.onnx";
        request.Report($"{file}: for GPUs; {figures}. It was measured on the CPU.");
        return new(new(file, half.Form, GraphPrecision.Fp16) { Golden = half.Golden, Quality = quality }, half.Bytes);
    }
}
