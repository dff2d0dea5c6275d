// Network sizes from the tensors of published models. The tests need only shapes, which stand here with the published parameter counts.
using StreamActions.Model.Weights;
using StreamActions.TestKit;

namespace StreamActions.Model.Tests;

public sealed class ClipCheckpointTests
{
    private const int Vocabulary = 49408, Context = 77;

    // OpenAI's models, with their published parameter counts.
    [Theory]
    [InlineData("ViT-B/16", 224, 16, 768, 12, 12, 512, 512, 8, 149_620_737)]
    [InlineData("ViT-B/32", 224, 32, 768, 12, 12, 512, 512, 8, 151_277_313)]
    [InlineData("ViT-L/14", 224, 14, 1024, 24, 16, 768, 768, 12, 427_616_513)]
    public void Sizes_PublishedShapes_AreThoseOfTheModel(
        string model, int image, int patch, int width, int layers, int heads, int embedding, int textWidth, int textHeads, long parameters)
    {
        var weights = Official(1 + image / patch * (image / patch), patch, width, layers, embedding, textWidth);
        var config = ClipCheckpoint.Sizes(weights, model);
        Assert.Equal(new M2ClipConfig
        {
            ImageSize = image,
            PatchSize = patch,
            VisionWidth = width,
            VisionLayers = layers,
            EmbedDim = embedding,
            VisionAdapterWidth = 0,
            VisionAdapterLayers = 0,
            Frames = 1,
            TextWidth = textWidth,
            TextHeads = textHeads,
            TextLayers = 12,
            TextAdapterWidth = 0,
            TextAdapterLayers = 0,
            ContextLength = Context,
            VocabSize = Vocabulary,
        }, config);
        Assert.Equal(heads, config.VisionHeads);
        Assert.Empty(config.Problems());
        // A network of these sizes needs exactly these tensors and a new temporal adapter.
        var needed = M2ClipParameters.List(config).Where(p => !p.Name.StartsWith("visual.t_adapter.", StringComparison.Ordinal)).ToList();
        CheckpointException.ThrowUnlessComplete(needed, weights, model);
        Assert.Equal(weights.Keys.Order(), needed.Select(p => p.Name).Order());
        Assert.Equal(parameters, needed.Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)));
    }

    [Fact]
    public void Sizes_MissingTensorOrOtherRank_ListsAll()
    {
        var weights = Official(197, 16, 768, 1, 512, 512);
        weights.Remove("visual.proj");
        weights["visual.conv1.weight"] = Shape(768, 768);
        var message = Assert.Throws<CheckpointException>(() => ClipCheckpoint.Sizes(weights, "resnet.safetensors")).Message;
        Assert.Contains("resnet.safetensors", message, StringComparison.Ordinal);
        Assert.Contains("visual.proj is missing", message, StringComparison.Ordinal);
        Assert.Contains("visual.conv1.weight is [768, 768], not of rank 4", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_ReferenceWeights_AreThePublishedSizes()
    {
        Assert.True(M2ClipCheckpoint.IsNamed(GoldenReference.Weights.Keys));
        // The weights do not depend on the number of frames and of text heads.
        Assert.Equal(GoldenReference.Config with { Frames = 1, TextHeads = 1 }, M2ClipCheckpoint.Sizes(GoldenReference.Weights, "golden"));
    }

    [Theory]
    [InlineData(true, true, 2, 3, 5, 7)]
    [InlineData(true, false, 1, 0, 5, 0)]    // adapters only in the last vision block, none for texts
    [InlineData(false, true, 2, 2, 0, 7)]
    [InlineData(false, false, 0, 1, 0, 0)]
    public void Sizes_EachPlacementAndHead_IsRecognised(
        bool visionPreAttention, bool textPreAttention, int vision, int text, int classes, int words)
    {
        var config = TinyNetwork.Config with
        {
            Frames = 1,
            TextHeads = 1,
            VisionLayers = 2,
            TextLayers = 3,
            VisionAdapterLayers = vision,
            VisionAdapterWidth = vision > 0 ? 24 : 0,
            VisionAdapterPreAttn = visionPreAttention && vision > 0,
            TextAdapterLayers = text,
            TextAdapterWidth = text > 0 ? 12 : 0,
            TextAdapterPreAttn = textPreAttention && text > 0,
            NumClasses = classes,
            MlmVocabSize = words,
        };
        var weights = RandomWeights.Of(config);
        Assert.Equal(config, M2ClipCheckpoint.Sizes(weights, "tiny"));
        var without = M2ClipCheckpoint.WithoutMaskedHead(config);
        var textAdapters = words > 0 ? Math.Max(0, text - 1) : text;
        Assert.Equal((0, config.TextStackLayers, textAdapters), (without.MlmVocabSize, without.TextLayers, without.TextAdapterLayers));
        // The smaller network needs only tensors that exist, in the same shape.
        CheckpointException.ThrowUnlessComplete(M2ClipParameters.List(without), weights, "tiny");
        Assert.Equal(config.TextStackLayers, without.TextStackLayers);
    }

    [Fact]
    public void Sizes_HeadOrAdapterWithoutItsSize_ListsAll()
    {
        var weights = RandomWeights.Of(TinyNetwork.Config with { NumClasses = 3 });
        weights["visual.adapter_fc.weight"] = Shape(3);
        foreach (var name in weights.Keys.Where(n => n.EndsWith("textad_fc1.weight", StringComparison.Ordinal)).ToList())
            weights.Remove(name);
        var message = Assert.Throws<CheckpointException>(() => M2ClipCheckpoint.Sizes(weights, "my.safetensors")).Message;
        Assert.Contains("my.safetensors: not the weights of an M²-CLIP", message, StringComparison.Ordinal);
        Assert.Contains("visual.adapter_fc.weight is [3]", message, StringComparison.Ordinal);
        Assert.Contains("textad_fc1.weight is missing; it defines the width of the adapters", message, StringComparison.Ordinal);
    }

    private static TensorData Shape(params long[] shape) => new(shape, []);

    // Names and shapes of the tensors in OpenAI's checkpoints.
    private static Dictionary<string, TensorData> Official(int tokens, int patch, int width, int layers, int embedding, int textWidth)
    {
        var weights = new Dictionary<string, TensorData>
        {
            ["logit_scale"] = Shape(),
            ["token_embedding.weight"] = Shape(Vocabulary, textWidth),
            ["positional_embedding"] = Shape(Context, textWidth),
            ["text_projection"] = Shape(textWidth, embedding),
            ["visual.conv1.weight"] = Shape(width, 3, patch, patch),
            ["visual.class_embedding"] = Shape(width),
            ["visual.positional_embedding"] = Shape(tokens, width),
            ["visual.proj"] = Shape(width, embedding),
        };
        void Add(string name, long rows, params long[] columns) =>
            (weights[name + ".weight"], weights[name + ".bias"]) = (Shape([rows, .. columns]), Shape(rows));
        Add("ln_final", textWidth);
        Add("visual.ln_pre", width);
        Add("visual.ln_post", width);
        foreach (var (branch, count, w) in new[] { ("visual.", layers, width), ("", 12, textWidth) })
        {
            for (var n = 0; n < count; n++)
            {
                var block = $"{branch}transformer.resblocks.{n}.";
                (weights[block + "attn.in_proj_weight"], weights[block + "attn.in_proj_bias"]) = (Shape(3 * w, w), Shape(3 * w));
                Add(block + "attn.out_proj", w, w);
                Add(block + "ln_1", w);
                Add(block + "ln_2", w);
                Add(block + "mlp.c_fc", 4 * w, w);
                Add(block + "mlp.c_proj", w, 4 * w);
            }
        }
        return weights;
    }
}
