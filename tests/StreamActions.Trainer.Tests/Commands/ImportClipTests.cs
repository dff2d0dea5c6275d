// Import of published CLIP weights into a run and a bundle, with small files in the published formats.
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class ImportClipTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clip-").FullName;
    private readonly M2ClipConfig _config;
    private readonly Dictionary<string, TensorData> _official;

    public ImportClipTests()
    {
        VocabularyBuilder.Write(["a person sits down", "two people fighting"], In("vocab.json"), In("merges.txt"));
        _config = new()
        {
            ImageSize = 32,
            PatchSize = 16,
            VisionWidth = 64,
            VisionLayers = 2,
            EmbedDim = 32,
            VisionAdapterWidth = 0,
            VisionAdapterLayers = 0,
            Frames = 4,
            TextWidth = 64,
            TextHeads = 1,
            TextLayers = 2,
            TextAdapterWidth = 0,
            TextAdapterLayers = 0,
            ContextLength = 12,
            VocabSize = Core.Text.ClipTokenizer.Load(In("vocab.json"), In("merges.txt")).Count,
        };
        using var parameters = TorchParameters.Start(3);
        _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, _config);
        _official = parameters.Export().Where(p => !p.Key.Contains("adapter", StringComparison.Ordinal))
            .ToDictionary(p => p.Key, p => p.Value);
    }

    private const string HuggingFaceConfiguration = """
        {
          "vision_config": { "hidden_act": "quick_gelu", "num_attention_heads": 1 },
          "text_config": { "hidden_act": "quick_gelu", "num_attention_heads": 1 }
        }
        """;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string file) => Path.Combine(_folder, file);

    [Fact]
    public void Import_HuggingFaceNames_GivesOfficialWeights()
    {
        SafetensorsFile.Write(In("model.safetensors"), HuggingFace(_official));
        File.WriteAllText(In("config.json"), HuggingFaceConfiguration);
        var run = ImportClipCommand.Import(_folder, In("run"), frames: 4, fps: 4);

        Assert.Equal(_config, run.Config);
        Assert.Equal(new ClipSpec(4, 4, 32, ResizeRule.CenterCrop), run.Clip);
        using var network = run.LoadNetwork();
        var loaded = network.Parameters.Export();
        Assert.All(_official, p => Assert.Equal(p.Value.Values, loaded[p.Key].Values));
    }

    [Fact]
    public void Forward_ImportedRun_IsMeanOfFrameEmbeddings()
    {
        SafetensorsFile.Write(In("open_clip_model.safetensors"), _official);
        File.WriteAllText(In("open_clip_config.json"), """{ "model_cfg": { "embed_dim": 32, "quick_gelu": true } }""");
        using var clip = ImportClipCommand.Import(_folder, In("run"), 4, 4).LoadNetwork();
        using var single = ImportClipCommand.Import(_folder, In("single"), 1, 4).LoadNetwork();
        using var mode = no_grad();
        var pixels = randint(0, 256, [2, 4, 32, 32, 3], dtype: ScalarType.Byte, generator: new Generator(5, CPU));

        var video = clip.Network.Vision.Forward(clip.Network.Vision.Normalize(pixels)).VideoEmbedding;
        var frames = single.Network.Vision.Forward(single.Network.Vision.Normalize(pixels.reshape(8, 1, 32, 32, 3))).VideoEmbedding;
        Assert.True((video - frames.reshape(2, 4, -1).mean([1L])).abs().max().item<float>() < 1e-6);
        var tokens = clip.Tokens(["two people fighting"]);
        Assert.True((clip.EncodeText(tokens) - single.EncodeText(tokens)).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void Export_ImportedRun_WritesOpenVocabularyBundleWithoutLabels()
    {
        SafetensorsFile.Write(In("model.safetensors"), _official);
        File.WriteAllText(In("config.json"), HuggingFaceConfiguration);
        _ = ImportClipCommand.Import(_folder, In("run"), 4, 4);
        Assert.Equal(0, ExportCommand.Create().Parse(["--run", In("run"), "--name", "clip", "--to", In("bundle")]).Invoke());

        var manifest = ModelBundle.Open(In("bundle")).Manifest;
        Assert.Empty(manifest.Labels);
        Assert.False(manifest.ClosedVocabulary);
        Assert.Equal(Path.GetFileName(_folder), manifest.Provenance["imported-from"]);
    }

    [Fact]
    public void Import_TensorsMissingOrWrongShape_ListsAll()
    {
        var broken = new Dictionary<string, TensorData>(_official) { ["ln_final.bias"] = new([3], [1, 2, 3]) };
        broken.Remove("visual.ln_pre.weight");
        SafetensorsFile.Write(In("model.safetensors"), broken);
        File.WriteAllText(In("config.json"), HuggingFaceConfiguration);
        var message = Assert.Throws<CheckpointException>(() => ImportClipCommand.Import(_folder, In("run"), 4, 4)).Message;
        Assert.Contains("model.safetensors", message, StringComparison.Ordinal);
        Assert.Contains("visual.ln_pre.weight [64] is missing", message, StringComparison.Ordinal);
        Assert.Contains("ln_final.bias is [3], the network needs [64]", message, StringComparison.Ordinal);
        Assert.False(RunFolder.Exists(In("run")));
    }

    [Fact]
    public void Import_EmptyFolder_NamesMissingFiles()
    {
        var empty = Directory.CreateDirectory(In("empty")).FullName;
        var message = Assert.Throws<TrainerException>(() => ImportClipCommand.Import(empty, In("run"), 4, 4)).Message;
        Assert.Contains(
            "no model.safetensors or open_clip_model.safetensors, no config.json or open_clip_config.json, no vocab.json, no merges.txt",
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_ConfigurationMissing_NamesBothFiles()
    {
        // Without a configuration the activation is unknown: LAION's weights use another one than OpenAI's.
        SafetensorsFile.Write(In("model.safetensors"), _official);
        var message = Assert.Throws<TrainerException>(() => ImportClipCommand.Import(_folder, In("run"), 4, 4)).Message;
        Assert.StartsWith($"{_folder}: no config.json or open_clip_config.json;", message, StringComparison.Ordinal);
        Assert.False(RunFolder.Exists(In("run")));
    }

    [Fact]
    public void Import_OneOfTwoConfigurationsValid_Succeeds()
    {
        SafetensorsFile.Write(In("model.safetensors"), _official);
        File.WriteAllText(In("config.json"), """{ "architecture": "vit_base_patch16_clip_quickgelu_224" }""");
        Assert.Contains(
            "neither vision_config",
            Assert.Throws<TrainerException>(() => ImportClipCommand.Import(_folder, In("run"), 4, 4)).Message, StringComparison.Ordinal);
        File.WriteAllText(In("open_clip_config.json"), """{ "model_cfg": { "quick_gelu": true } }""");
        Assert.Equal(_config, ImportClipCommand.Import(_folder, In("run"), 4, 4).Config);
    }

    [Theory]
    [InlineData("config.json", """{ "vision_config": { "hidden_act": "gelu" } }""", "vision_config uses gelu")]
    [InlineData("config.json", """{ "text_config": { "num_attention_heads": 8 } }""", "text_config has 8 heads")]
    [InlineData("open_clip_config.json", """{ "model_cfg": { "embed_dim": 32 } }""", "quick_gelu")]
    [InlineData("config.json", "[", "not a model's configuration")]
    [InlineData(
        "config.json", """{ "text_config": { "hidden_act": "quick_gelu" } }""", "neither vision_config and text_config nor model_cfg")]
    public void Import_IncompatibleConfiguration_NamesFileAndReason(string file, string json, string reason)
    {
        SafetensorsFile.Write(In("model.safetensors"), _official);
        File.WriteAllText(In(file), json);
        var message = Assert.Throws<TrainerException>(() => ImportClipCommand.Import(_folder, In("run"), 4, 4)).Message;
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    // The same weights in Hugging Face's format: other names, separate query, key and value projections, two transposed matrices.
    private static Dictionary<string, TensorData> HuggingFace(Dictionary<string, TensorData> official)
    {
        var published = new Dictionary<string, TensorData>();
        foreach (var (name, tensor) in official)
        {
            var branch = name.StartsWith("visual.", StringComparison.Ordinal) ? "vision_model." : "text_model.";
            var rest = name.Replace("visual.", "", StringComparison.Ordinal);
            if (rest.StartsWith("transformer.resblocks.", StringComparison.Ordinal))
            {
                rest = branch + rest.Replace("transformer.resblocks.", "encoder.layers.", StringComparison.Ordinal)
                    .Replace("ln_1", "layer_norm1", StringComparison.Ordinal).Replace("ln_2", "layer_norm2", StringComparison.Ordinal)
                    .Replace("c_fc", "fc1", StringComparison.Ordinal).Replace("c_proj", "fc2", StringComparison.Ordinal)
                    .Replace("attn.", "self_attn.", StringComparison.Ordinal);
                if (!rest.Contains("in_proj_", StringComparison.Ordinal))
                {
                    published[rest] = tensor;
                    continue;
                }
                var third = tensor.Values.Length / 3;
                foreach (var (part, at) in new[] { "q", "k", "v" }.Select((p, i) => (p, i)))
                {
                    published[rest.Replace("in_proj_", $"{part}_proj.", StringComparison.Ordinal)] =
                        new([tensor.Shape[0] / 3, .. tensor.Shape.Skip(1)], tensor.Values[(at * third)..((at + 1) * third)]);
                }
                continue;
            }
            var (key, value) = (branch, rest) switch
            {
                (_, "logit_scale") => ("logit_scale", tensor),
                ("vision_model.", "proj") => ("visual_projection.weight", Transposed(tensor)),
                ("text_model.", "text_projection") => ("text_projection.weight", Transposed(tensor)),
                ("vision_model.", "class_embedding") => ("vision_model.embeddings.class_embedding", tensor),
                ("vision_model.", "conv1.weight") => ("vision_model.embeddings.patch_embedding.weight", tensor),
                (_, "positional_embedding") => (branch + "embeddings.position_embedding.weight", tensor),
                (_, "token_embedding.weight") => ("text_model.embeddings.token_embedding.weight", tensor),
                _ => (branch + rest.Replace("ln_pre", "pre_layrnorm", StringComparison.Ordinal)
                    .Replace("ln_post", "post_layernorm", StringComparison.Ordinal)
                    .Replace("ln_final", "final_layer_norm", StringComparison.Ordinal), tensor),
            };
            published[key] = value;
        }
        return published;
    }

    private static TensorData Transposed(TensorData matrix)
    {
        using var scope = NewDisposeScope();
        return TorchParameters.ToData(TorchParameters.FromData(matrix).t().contiguous());
    }
}
