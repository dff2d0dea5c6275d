// CLIP's weights under each of their published names, and the sizes that follow from them (docs/model.md §5).
using System.Text.RegularExpressions;

namespace StreamActions.Model.Weights;

/// <summary>Reads published weights: OpenAI's and open_clip's names, M²-CLIP's, and Hugging Face's <c>CLIPModel</c>.</summary>
public static partial class ClipCheckpoint
{
    private static readonly (string From, string To, bool Transposed)[] HuggingFaceNames =
    [
        ("text_model.embeddings.token_embedding.weight", "token_embedding.weight", false),
        ("text_model.embeddings.position_embedding.weight", "positional_embedding", false),
        ("text_model.final_layer_norm.weight", "ln_final.weight", false),
        ("text_model.final_layer_norm.bias", "ln_final.bias", false),
        ("text_projection.weight", "text_projection", true),
        ("vision_model.embeddings.class_embedding", "visual.class_embedding", false),
        ("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight", false),
        ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding", false),
        ("vision_model.pre_layrnorm.weight", "visual.ln_pre.weight", false),   // sic
        ("vision_model.pre_layrnorm.bias", "visual.ln_pre.bias", false),
        ("vision_model.post_layernorm.weight", "visual.ln_post.weight", false),
        ("vision_model.post_layernorm.bias", "visual.ln_post.bias", false),
        ("visual_projection.weight", "visual.proj", true),
        ("logit_scale", "logit_scale", false),
    ];

    private static readonly (string From, string To)[] HuggingFaceLayers =
    [
        ("self_attn.out_proj.", "attn.out_proj."), ("layer_norm1.", "ln_1."), ("layer_norm2.", "ln_2."),
        ("mlp.fc1.", "mlp.c_fc."), ("mlp.fc2.", "mlp.c_proj."),
    ];

    private static readonly string[] Projections = ["q", "k", "v"];

    [GeneratedRegex(@"^(text|vision)_model\.encoder\.layers\.(\d+)\.(.+)$")]
    private static partial Regex Layer();

    [GeneratedRegex(@"^(?<branch>visual\.)?transformer\.resblocks\.(?<n>\d+)\.")]
    private static partial Regex Block();

    /// <summary>All weights of a file by the network's own names.</summary>
    /// <exception cref="CheckpointException">
    /// A Hugging Face file lacks a part of a fused projection. The message lists all missing parts.
    /// </exception>
    public static Dictionary<string, TensorData> Read(SafetensorsFile file)
    {
        var all = file.ReadAll();
        if (!all.Keys.Any(n => n.StartsWith("vision_model.", StringComparison.Ordinal)))
        {
            // A scalar is stored as [] or [1].
            if (all.TryGetValue("logit_scale", out var scale))
                all["logit_scale"] = scale with { Shape = [] };
            return all;
        }
        var named = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (var (from, to, transposed) in HuggingFaceNames)
        {
            if (all.TryGetValue(from, out var tensor))
                named[to] = transposed ? Transpose(tensor) : to == "logit_scale" ? tensor with { Shape = [] } : tensor;
        }
        List<string> problems = [];
        foreach (var (name, tensor) in all)
        {
            if (Layer().Match(name) is not { Success: true } match)
                continue;
            var block = $"{(match.Groups[1].Value == "vision" ? "visual." : "")}transformer.resblocks.{match.Groups[2].Value}.";
            var rest = match.Groups[3].Value;
            if (rest is "self_attn.q_proj.weight" or "self_attn.q_proj.bias")
            {
                var parts = Projections.Select(p => name.Replace(".q_proj.", $".{p}_proj.", StringComparison.Ordinal)).ToArray();
                string[] missing = [.. parts.Where(p => !all.ContainsKey(p))];
                if (missing.Length > 0)
                    problems.AddRange(missing);
                else
                    named[$"{block}attn.in_proj_{rest["self_attn.q_proj.".Length..]}"] = Stack([.. parts.Select(p => all[p])]);
                continue;
            }
            foreach (var (from, to) in HuggingFaceLayers)
            {
                if (rest.StartsWith(from, StringComparison.Ordinal))
                    named[block + to + rest[from.Length..]] = tensor;
            }
        }
        return problems.Count == 0
            ? named
            : throw new CheckpointException($"{file.Path}: these tensors are missing:\n  {string.Join("\n  ", problems)}");
    }

    /// <summary>The sizes of a plain CLIP with these weights. The caller sets adapters, classes and frames.</summary>
    /// <param name="weights">By the network's own names.</param>
    /// <param name="source">Name of the source, for the message.</param>
    /// <exception cref="CheckpointException">A tensor that defines a size is missing or has another rank.</exception>
    public static M2ClipConfig Sizes(IReadOnlyDictionary<string, TensorData> weights, string source)
    {
        (string Name, int Rank)[] sizing =
        [
            ("visual.conv1.weight", 4), ("visual.positional_embedding", 2), ("visual.proj", 2), ("positional_embedding", 2),
            ("token_embedding.weight", 2),
        ];
        string[] problems =
        [
            .. from t in sizing
               let there = weights.TryGetValue(t.Name, out var tensor)
               where !there || weights[t.Name].Shape.Length != t.Rank
               select there ? $"{t.Name} is {weights[t.Name].ShapeText}, not of rank {t.Rank}" : $"{t.Name} is missing",
        ];
        if (problems.Length > 0)
        {
            throw new CheckpointException(
                $"{source}: not the weights of a CLIP with a vision transformer:\n  {string.Join("\n  ", problems)}");
        }
        int Size(string name, int axis) => checked((int)weights[name].Shape[axis]);
        int Layers(bool visual) => weights.Keys.Select(n => Block().Match(n)).Where(m => m.Success && m.Groups["branch"].Success == visual)
            .Select(m => 1 + int.Parse(m.Groups["n"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        var patch = Size("visual.conv1.weight", 2);
        var grid = (int)Math.Round(Math.Sqrt(Size("visual.positional_embedding", 0) - 1));
        return new()
        {
            ImageSize = patch * grid,
            PatchSize = patch,
            VisionWidth = Size("visual.conv1.weight", 0),
            VisionLayers = Layers(true),
            EmbedDim = Size("visual.proj", 1),
            VisionAdapterWidth = 0,
            VisionAdapterLayers = 0,
            Frames = 1,
            TextWidth = Size("token_embedding.weight", 1),
            TextHeads = Math.Max(1, Size("token_embedding.weight", 1) / 64),
            TextLayers = Layers(false),
            TextAdapterWidth = 0,
            TextAdapterLayers = 0,
            ContextLength = Size("positional_embedding", 0),
            VocabSize = Size("token_embedding.weight", 0),
        };
    }

    private static TensorData Transpose(TensorData matrix)
    {
        if (matrix.Shape is not [var rows, var columns])
            return matrix;   // ThrowUnlessComplete reports its shape later
        var values = new float[matrix.Values.Length];
        for (long r = 0; r < rows; r++)
            for (long c = 0; c < columns; c++)
                values[c * rows + r] = matrix.Values[r * columns + c];
        return new([columns, rows], values);
    }

    private static TensorData Stack(TensorData[] parts) =>
        new([parts.Sum(p => p.Shape.FirstOrDefault()), .. parts[0].Shape.Skip(1)], [.. parts.SelectMany(p => p.Values)]);
}
