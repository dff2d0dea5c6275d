// Weights in M²-CLIP's own names, and the sizes they imply: adapters, heads and the cross-modal block (docs/model.md §5).
using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamActions.Model.Weights;

/// <summary>What M²-CLIP adds to the names of <see cref="ClipCheckpoint"/>.</summary>
public static partial class M2ClipCheckpoint
{
    private const string Classifier = "visual.adapter_fc.", MaskedHead = "mlm_adapter.";

    /// <summary>Text blocks of the reference: CLIP's twelve and the cross-modal one.</summary>
    private const int ReferenceTextLayers = 13;

    [GeneratedRegex(@"^(?<branch>visual\.)?transformer\.resblocks\.(?<n>\d+)\.adapter_pre_(?<place>attn|mlp)\.(?<part>.+)$")]
    private static partial Regex AdapterName();

    private readonly record struct Adapters(int Layers, int Width, bool PreAttn);

    /// <summary>True when these are an M²-CLIP's tensors: the name of each that it adds has "adapter" in it.</summary>
    public static bool IsNamed(IEnumerable<string> names) => names.Any(n => n.Contains("adapter", StringComparison.Ordinal));

    /// <summary>
    /// The sizes of the network with these weights; frames, and heads of the text transformer other than one a 64 channels, are the caller's to add.
    /// </summary>
    /// <param name="weights">By the network's own names.</param>
    /// <param name="source">Where they come from, for the error.</param>
    /// <exception cref="CheckpointException">Tensors from which a size is read are missing, or there are some that no such network has; all are listed.</exception>
    public static M2ClipConfig Sizes(IReadOnlyDictionary<string, TensorData> weights, string source)
    {
        var plain = ClipCheckpoint.Sizes(weights, source);
        List<string> problems = [];
        var vision = Find(weights, visual: true, plain.VisionLayers, "fc1.weight", problems);
        var text = Find(weights, visual: false, plain.TextLayers, "textad_fc1.weight", problems);
        var config = plain with
        {
            VisionAdapterLayers = vision.Layers,
            VisionAdapterWidth = vision.Width,
            VisionAdapterPreAttn = vision.PreAttn,
            TextAdapterLayers = text.Layers,
            TextAdapterWidth = text.Width,
            TextAdapterPreAttn = text.PreAttn,
            NumClasses = Rows(weights, Classifier, "weight", problems),
            MlmVocabSize = Rows(weights, MaskedHead, "decoder.weight", problems),
        };
        // The reference has its block even where a file came without the head.
        if (config is { MlmVocabSize: 0, TextLayers: ReferenceTextLayers })
            config = WithoutLastTextBlock(config);
        if (problems.Count > 0)
            throw new CheckpointException($"{source}: not the weights of an M²-CLIP:\n  {string.Join("\n  ", problems)}");
        if (config.Problems().Count == 0)
            RefuseUnplaced(config, weights.Keys, source);
        return config;
    }

    /// <summary>The network without its masked-language head and the block that is the head's own; texts are encoded as before.</summary>
    public static M2ClipConfig WithoutMaskedHead(M2ClipConfig config) =>
        config.MlmVocabSize == 0 ? config : WithoutLastTextBlock(config) with { MlmVocabSize = 0 };

    // Adapters are counted from the last block.
    private static M2ClipConfig WithoutLastTextBlock(M2ClipConfig config) =>
        config with { TextLayers = config.TextLayers - 1, TextAdapterLayers = Math.Max(0, config.TextAdapterLayers - 1) };

    private static Adapters Find(IReadOnlyDictionary<string, TensorData> weights, bool visual, int layers, string down, List<string> problems)
    {
        var all = weights.Keys.Select(n => AdapterName().Match(n)).Where(m => m.Success && m.Groups["branch"].Success == visual)
            .OrderBy(m => int.Parse(m.Groups["n"].ValueSpan, CultureInfo.InvariantCulture)).ToList();
        if (all.Count == 0)
            return default;
        var widths = all.Where(m => m.Groups["part"].Value == down).Select(m => weights[m.Value].Shape).FirstOrDefault(s => s.Length == 2);
        if (widths is null)
            problems.Add($"{all[0].Value[..all[0].Groups["part"].Index]}{down}, which tells the width of the adapters, is missing");
        return new(layers - int.Parse(all[0].Groups["n"].ValueSpan, CultureInfo.InvariantCulture), checked((int)(widths?[0] ?? 0)), all.Any(m => m.Groups["place"].Value == "attn"));
    }

    private static int Rows(IReadOnlyDictionary<string, TensorData> weights, string head, string matrix, List<string> problems)
    {
        if (!weights.Keys.Any(n => n.StartsWith(head, StringComparison.Ordinal)))
            return 0;
        if (weights.TryGetValue(head + matrix, out var rows) && rows.Shape is [> 0, _])
            return checked((int)rows.Shape[0]);
        problems.Add(rows is null ? $"{head}{matrix} is missing" : $"{head}{matrix} is {rows.ShapeText}, and not a row for each thing to tell apart");
        return 0;
    }

    // Dropped without a word, they would make another network of it.
    private static void RefuseUnplaced(M2ClipConfig config, IEnumerable<string> names, string source)
    {
        var known = M2ClipParameters.List(config).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var crossModal = $"transformer.resblocks.{config.TextLayers}.";   // the one that belongs to no head
        string[] unplaced = [.. names.Where(n => !known.Contains(n) && !n.StartsWith(crossModal, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (unplaced.Length > 0)
            throw new CheckpointException($"{source}: {unplaced.Length} tensor(s) have no place in an M²-CLIP, so what they did would be lost:\n  {string.Join("\n  ", unplaced)}");
    }
}
