// M²-CLIP's names of weights, and the sizes that follow: adapters, heads and the cross-modal block (docs/model.md §5).
using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamActions.Model.Weights;

/// <summary>The names that M²-CLIP adds to those of <see cref="ClipCheckpoint"/>.</summary>
public static partial class M2ClipCheckpoint
{
    private const string Classifier = "visual.adapter_fc.", MaskedHead = "mlm_adapter.";

    /// <summary>Text blocks of the reference: CLIP's twelve and the cross-modal block.</summary>
    private const int ReferenceTextLayers = 13;

    [GeneratedRegex(@"^(?<branch>visual\.)?transformer\.resblocks\.(?<n>\d+)\.adapter_pre_(?<place>attn|mlp)\.(?<part>.+)$")]
    private static partial Regex AdapterName();

    private readonly record struct Adapters(int Layers, int Width, bool PreAttn);

    /// <summary>True for M²-CLIP tensors: every name that M²-CLIP adds contains "adapter".</summary>
    public static bool IsNamed(IEnumerable<string> names) => names.Any(n => n.Contains("adapter", StringComparison.Ordinal));

    /// <summary>
    /// The sizes of the network with these weights. The caller sets the frames, and the text heads unless there is one for 64 channels.
    /// </summary>
    /// <param name="weights">By the network's own names.</param>
    /// <param name="source">Name of the source, for the message.</param>
    /// <exception cref="CheckpointException">
    /// A tensor that defines a size is missing, or a tensor does not belong to an M²-CLIP. The message lists all of them.
    /// </exception>
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
        // The reference has the cross-modal block even in a file without the head.
        if (config is { MlmVocabSize: 0, TextLayers: ReferenceTextLayers })
            config = WithoutLastTextBlock(config);
        if (problems.Count > 0)
            throw new CheckpointException($"{source}: not the weights of an M²-CLIP:\n  {string.Join("\n  ", problems)}");
        if (config.Problems().Count == 0)
            RefuseUnknown(config, weights.Keys, source);
        return config;
    }

    /// <summary>The network without the masked-language head and its block. The text embeddings stay the same.</summary>
    public static M2ClipConfig WithoutMaskedHead(M2ClipConfig config) =>
        config.MlmVocabSize == 0 ? config : WithoutLastTextBlock(config) with { MlmVocabSize = 0 };

    // Adapters are counted from the last block.
    private static M2ClipConfig WithoutLastTextBlock(M2ClipConfig config) =>
        config with { TextLayers = config.TextLayers - 1, TextAdapterLayers = Math.Max(0, config.TextAdapterLayers - 1) };

    private static Adapters Find(
        IReadOnlyDictionary<string, TensorData> weights, bool visual, int layers, string down, List<string> problems)
    {
        static int Block(Match match) => int.Parse(match.Groups["n"].ValueSpan, CultureInfo.InvariantCulture);
        var all = weights.Keys.Select(n => AdapterName().Match(n)).Where(m => m.Success && m.Groups["branch"].Success == visual)
            .OrderBy(Block).ToList();
        if (all.Count == 0)
            return default;
        var widths = all.Where(m => m.Groups["part"].Value == down).Select(m => weights[m.Value].Shape).FirstOrDefault(s => s.Length == 2);
        if (widths is null)
            problems.Add($"{all[0].Value[..all[0].Groups["part"].Index]}{down} is missing; it defines the width of the adapters");
        return new(layers - Block(all[0]), checked((int)(widths?[0] ?? 0)), all.Any(m => m.Groups["place"].Value == "attn"));
    }

    private static int Rows(IReadOnlyDictionary<string, TensorData> weights, string head, string matrix, List<string> problems)
    {
        if (!weights.Keys.Any(n => n.StartsWith(head, StringComparison.Ordinal)))
            return 0;
        if (weights.TryGetValue(head + matrix, out var rows) && rows.Shape is [> 0, _])
            return checked((int)rows.Shape[0]);
        problems.Add($"{head}{matrix} {(rows is null ? "is missing" : $"is {rows.ShapeText}; it needs one row for each class or word")}");
        return 0;
    }

    // A tensor that is silently ignored would make it another network.
    private static void RefuseUnknown(M2ClipConfig config, IEnumerable<string> names, string source)
    {
        var known = M2ClipParameters.List(config).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var crossModal = $"transformer.resblocks.{config.TextLayers}.";   // the cross-modal block when there is no head
        string[] unknown =
        [
            .. names.Where(n => !known.Contains(n) && !n.StartsWith(crossModal, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];
        if (unknown.Length > 0)
        {
            throw new CheckpointException(
                $"{source}: {unknown.Length} tensor(s) do not belong to an M²-CLIP:\n  {string.Join("\n  ", unknown)}");
        }
    }
}
