// Random weights in the shape of published CLIP, with the outliers that trained CLIP has: real cost, realistic ranges, no meaning.
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.TestKit;

/// <summary>
/// Random networks. One channel of each layer norm's output is 30 times as large as the others, and two channels of the residual stream are
/// always large. Both make int8 hard.
/// </summary>
public static class ClipShapedWeights
{
    private const double LayerNormOutlier = 30, ResidualOutlier = 15, OtherResidualOutlier = -8;

    /// <summary>The sizes of CLIP ViT-B/16 with 8 frames.</summary>
    /// <param name="temporal">Which frames a frame sees.</param>
    /// <param name="adapters">True: TED-Adapters of width 384 before the MLP of every block.</param>
    public static M2ClipConfig VitB16(TemporalMode temporal, bool adapters) => new()
    {
        ImageSize = 224,
        PatchSize = 16,
        VisionWidth = 768,
        VisionLayers = 12,
        EmbedDim = 512,
        VisionAdapterWidth = adapters ? 384 : 0,
        VisionAdapterLayers = adapters ? 12 : 0,
        Frames = 8,
        Temporal = temporal,
        TextWidth = 512,
        TextHeads = 8,
        TextLayers = 12,
        TextAdapterWidth = 0,
        TextAdapterLayers = 0,
        ContextLength = 77,
        VocabSize = 64,
    };

    /// <summary>Values for every parameter; the same seed gives the same values.</summary>
    public static Dictionary<string, TensorData> Of(M2ClipConfig config, int seed = 1)
    {
        var list = M2ClipParameters.List(config);
        return list.Index().AsParallel().AsOrdered().Select(p => (p.Item.Name, Data: Values(p.Item, config, new(seed * 100_003 + p.Index))))
            .ToDictionary(p => p.Name, p => p.Data, StringComparer.Ordinal);
    }

    private static TensorData Values(ParameterSpec spec, M2ClipConfig config, Random random)
    {
        var values = new float[spec.Shape.Aggregate(1L, (a, b) => a * b)];
        var inputs = spec.Shape.Length < 2 ? 1 : spec.Shape.Skip(1).Aggregate(1L, (a, b) => a * b);
        var (mean, deviation) = Distribution(spec.Name, inputs);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * Normal(random));
        AddOutliers(spec.Name, values, config.VisionWidth);
        return new(spec.Shape, values);
    }

    // Products keep the size of activations from layer to layer, and biases are small.
    private static (double Mean, double Deviation) Distribution(string name, long inputs)
    {
        var product = Math.Pow(inputs, -0.5);
        bool Ends(string end) => name.EndsWith(end, StringComparison.Ordinal);
        if (Ends("ln_pre.weight") || Ends("ln_post.weight") || Ends("ln_final.weight"))
            return (1, 0);
        if (Ends("ln_pre.bias") || Ends("ln_post.bias"))
            return (0, 0);
        if (Ends("ln_1.weight") || Ends("ln_2.weight"))
            return (1, 0.2);
        if (Ends("ln_1.bias") || Ends("ln_2.bias") || Ends("in_proj_bias"))
            return (0, 0.1);
        if (Ends("class_embedding") || Ends("positional_embedding") || Ends("conv.weight"))
            return (0, 0.3);
        if (Ends("in_proj_weight"))
            return (0, 1.3 * product);
        if (Ends("out_proj.weight"))
            return (0, 0.6 * product);
        if (Ends("c_fc.bias"))
            return (-0.3, 0.3);
        if (Ends("c_proj.weight"))
            return (0, 0.9 * product);
        if (Ends("fc2.weight"))
            return (0, 0.4 * product);
        return name == "logit_scale" ? (Math.Log(100), 0) : (0, inputs == 1 ? 0.02 : product);
    }

    private static void AddOutliers(string name, float[] values, int width)
    {
        if (!name.StartsWith("visual.", StringComparison.Ordinal))
            return;
        int norm = width / 6, residual = width / 4, other = width / 2;
        if (name.EndsWith("ln_pre.bias", StringComparison.Ordinal))
            (values[residual], values[other]) = ((float)ResidualOutlier, (float)OtherResidualOutlier);
        if (name.EndsWith("ln_1.weight", StringComparison.Ordinal) || name.EndsWith("ln_2.weight", StringComparison.Ordinal))
            values[norm] = (float)(LayerNormOutlier * Math.Sign(values[norm + 1] - 1));
        // A trained network gives such channels small weights.
        if (name.EndsWith("in_proj_weight", StringComparison.Ordinal) || name.EndsWith("c_fc.weight", StringComparison.Ordinal))
        {
            Multiply(values, width, norm, 0.1f);
            Multiply(values, width, residual, 0.2f);
        }
        if (name.EndsWith("fc1.weight", StringComparison.Ordinal) && name.Contains("resblocks", StringComparison.Ordinal))
            Multiply(values, width, residual, 0.2f);
    }

    private static void Multiply(float[] matrix, int columns, int column, float factor)
    {
        for (var i = column; i < matrix.Length; i += columns)
            matrix[i] *= factor;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
