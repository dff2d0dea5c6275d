// Adapts a trained network to a data set: adds adapters if it has none, and heads for the data's classes and words.
using System.Text.Json.Serialization;
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Training;

/// <summary>Branches that get adapters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AdapterPlaces>))]
internal enum AdapterPlaces
{
    /// <summary>Vision (TED-Adapters) and text.</summary>
    [JsonStringEnumMemberName("both")]
    Both,

    /// <summary>Vision only: text embeddings stay CLIP's.</summary>
    [JsonStringEnumMemberName("vision")]
    Vision,

    /// <summary>Text only: a video embedding stays the mean of its frames.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>None.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>Changes to a network before it is trained further.</summary>
/// <param name="Frames">Frames per clip.</param>
/// <param name="Adapters">Branches that get adapters in every block, if they have none.</param>
/// <param name="Classes">The data's classes; an empty list leaves out the classification head.</param>
/// <param name="Words">The data's label words; an empty list leaves out the masked-language head.</param>
/// <param name="BeforeAttention">
/// True adds a second adapter, before attention, to each vision block with an adapter: 24 instead of 12 in a ViT-B. Existing adapters are
/// kept.
/// </param>
internal sealed record ModelAdaptation(
    int Frames, AdapterPlaces Adapters, IReadOnlyList<ClipClass> Classes, IReadOnlyList<string> Words, bool BeforeAttention = false)
{
    /// <summary>Which frames a frame of the network will see. A change keeps all weights.</summary>
    public TemporalMode Temporal { get; init; }

    /// <summary>Adapts a network. Head rows of known classes and words are kept; all other new parameters get fresh values.</summary>
    /// <returns>The new sizes, and the weights to keep.</returns>
    public (M2ClipConfig Config, IReadOnlyDictionary<string, TensorData> Weights) Apply(StartingPoint start)
    {
        var config = Sized(start.Config);
        var weights = new Dictionary<string, TensorData>(start.Weights, StringComparer.Ordinal);
        foreach (var spec in M2ClipParameters.List(start.Config).Where(HasNamedRows))
            weights.Remove(spec.Name);
        foreach (var spec in M2ClipParameters.List(config).Where(HasNamedRows))
        {
            if (start.Weights.GetValueOrDefault(spec.Name) is not { } old)
                continue;
            weights[spec.Name] = spec.Role == ParameterRole.ClassificationHead
                ? Rows(old, spec, [.. start.Classes.Select(c => c.Name)], [.. Classes.Select(c => c.Name)])
                : Rows(old, spec, start.Words, Words);
        }
        if (config.MlmVocabSize > 0 && start.Config.MlmVocabSize == 0)
            CopyCrossModalBlock(weights, start.Config.TextLayers);
        return (config, weights);
    }

    private M2ClipConfig Sized(M2ClipConfig start)
    {
        // Adapters have half the branch's width, as the paper's for ViT-B/16.
        var (vision, text) = (Adapters is AdapterPlaces.Both or AdapterPlaces.Vision && start.VisionAdapterLayers == 0,
            Adapters is AdapterPlaces.Both or AdapterPlaces.Text && start.TextAdapterLayers == 0);
        // The cross-modal block needs video embeddings of the same width as its text states.
        var masked = Words.Count > 0 && start.EmbedDim == start.TextWidth;
        var layers = start.TextStackLayers + (masked ? 1 : 0);
        var adapted = vision ? start.VisionLayers : start.VisionAdapterLayers;
        return start with
        {
            Frames = Frames,
            Temporal = Temporal,
            VisionAdapterWidth = vision ? start.VisionWidth / 2 : start.VisionAdapterWidth,
            VisionAdapterLayers = adapted,
            VisionAdapterPreAttn = start.VisionAdapterPreAttn || BeforeAttention && adapted > 0,
            TextAdapterWidth = text ? start.TextWidth / 2 : start.TextAdapterWidth,
            // Counted from the last block, which is the cross-modal one if there is one.
            TextAdapterLayers = text ? layers : start.TextAdapterLayers == 0 ? 0 : start.TextAdapterLayers + layers - start.TextLayers,
            TextLayers = layers,
            NumClasses = Classes.Count,
            MlmVocabSize = masked ? Words.Count : 0,
        };
    }

    // The cross-modal block starts as a copy of the last block of the text encoder.
    private static void CopyCrossModalBlock(Dictionary<string, TensorData> weights, int stackLayers)
    {
        string last = $"transformer.resblocks.{stackLayers - 1}.", extra = $"transformer.resblocks.{stackLayers}.";
        foreach (var (name, value) in weights.Where(w => w.Key.StartsWith(last, StringComparison.Ordinal)).ToList())
            weights[extra + name[last.Length..]] = value;
    }

    private static bool HasNamedRows(ParameterSpec spec) =>
        spec.Role is ParameterRole.ClassificationHead or ParameterRole.MaskedLanguageRows;

    // Row r of a head belongs to the r-th name. Known names keep their rows; new ones start at zero, which favours no class.
    private static TensorData Rows(TensorData old, ParameterSpec spec, IReadOnlyList<string> before, IReadOnlyList<string> now)
    {
        var width = (int)spec.Shape.Skip(1).Aggregate(1L, (a, b) => a * b);
        var values = new float[spec.Shape[0] * width];
        var known = before.Index().ToDictionary(n => n.Item, n => n.Index, StringComparer.Ordinal);
        for (var row = 0; row < now.Count; row++)
        {
            if (known.TryGetValue(now[row], out var from))
                old.Values.AsSpan(from * width, width).CopyTo(values.AsSpan(row * width, width));
        }
        return new(spec.Shape, values);
    }
}
