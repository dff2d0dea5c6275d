// The sizes of a network: every width and depth, under the names of the published checkpoints.
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamActions.Core.Bundles;

namespace StreamActions.Model;

/// <summary>
/// The sizes of an M²-CLIP network (docs/model.md §1–§3). Its JSON keys are snake_case, as in the published model's files.
/// </summary>
public sealed record M2ClipConfig
{
    /// <summary>Height and width of the picture, in pixels.</summary>
    public required int ImageSize { get; init; }
    /// <summary>Height and width of a patch, in pixels; divides <see cref="ImageSize"/>.</summary>
    public required int PatchSize { get; init; }
    /// <summary>Vision width C, a multiple of 64: one head for 64 channels.</summary>
    public required int VisionWidth { get; init; }
    /// <summary>Vision blocks Lv.</summary>
    public required int VisionLayers { get; init; }
    /// <summary>Embedding width D.</summary>
    public required int EmbedDim { get; init; }
    /// <summary>Adapter width Ca of the TED-Adapters.</summary>
    public required int VisionAdapterWidth { get; init; }
    /// <summary>Number of the last vision blocks with TED-Adapters; 0 gives plain CLIP.</summary>
    public required int VisionAdapterLayers { get; init; }
    /// <summary>True: an adapter before attention and one before the MLP. False: only the one before the MLP.</summary>
    public bool VisionAdapterPreAttn { get; init; }
    /// <summary>Frames T of a clip.</summary>
    public required int Frames { get; init; }
    /// <summary>
    /// Which frames a frame sees (docs/model.md §7). A per-frame network has no adapters in its vision branch, not even
    /// the temporal adapter.
    /// </summary>
    public TemporalMode Temporal { get; init; }
    /// <summary>Text width.</summary>
    public required int TextWidth { get; init; }
    /// <summary>Heads of the text transformer.</summary>
    public required int TextHeads { get; init; }
    /// <summary>Text blocks in the checkpoint, with the cross-modal block when <see cref="MlmVocabSize"/> is above 0.</summary>
    public required int TextLayers { get; init; }
    /// <summary>Width of the text adapters.</summary>
    public required int TextAdapterWidth { get; init; }
    /// <summary>Number of the last text blocks with adapters.</summary>
    public required int TextAdapterLayers { get; init; }
    /// <summary>True: also a text adapter before attention.</summary>
    public bool TextAdapterPreAttn { get; init; }
    /// <summary>Tokens in a text, S.</summary>
    public required int ContextLength { get; init; }
    /// <summary>Number of token ids.</summary>
    public required int VocabSize { get; init; }
    /// <summary>Supervised classes K; 0: no classification head.</summary>
    public int NumClasses { get; init; }
    /// <summary>Label words of the masked-language head; 0: no head and no block for it.</summary>
    public int MlmVocabSize { get; init; }

    /// <summary>Patches along one side of the picture.</summary>
    [JsonIgnore]
    public int Grid => ImageSize / PatchSize;
    /// <summary>Tokens of a frame, L: the class token and one for each patch.</summary>
    [JsonIgnore]
    public int Tokens => 1 + Grid * Grid;
    /// <summary>Heads of the vision transformer.</summary>
    [JsonIgnore]
    public int VisionHeads => VisionWidth / 64;
    /// <summary>Text blocks that encode a text. The block after them, if any, is the cross-modal block.</summary>
    [JsonIgnore]
    public int TextStackLayers => MlmVocabSize > 0 ? TextLayers - 1 : TextLayers;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="FormatException">Not JSON, a key missing or unknown, or inconsistent sizes. The message names the file.</exception>
    public static M2ClipConfig Parse(string json, string file)
    {
        try
        {
            var config = JsonSerializer.Deserialize<M2ClipConfig>(json, Json) ?? throw new JsonException("empty");
            var problems = config.Problems();
            return problems.Count == 0 ? config : throw new FormatException($"{file}: {string.Join("; ", problems)}");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{file}: not a readable network configuration ({e.Message})", e);
        }
    }

    /// <summary>The configuration as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Inconsistent sizes, one message each; empty when all are consistent.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        void Check(bool ok, string problem) { if (!ok) problems.Add(problem); }
        Check(
            PatchSize > 0 && ImageSize > 0 && ImageSize % PatchSize == 0,
            $"patch_size {PatchSize} does not divide image_size {ImageSize}");
        Check(VisionWidth > 0 && VisionWidth % 64 == 0, $"vision_width {VisionWidth} is not a multiple of 64");
        Check(VisionLayers > 0, $"vision_layers {VisionLayers} is below 1");
        Check(
            VisionAdapterLayers >= 0 && VisionAdapterLayers <= VisionLayers,
            $"vision_adapter_layers {VisionAdapterLayers} is not within 0…{VisionLayers}");
        Check(VisionAdapterLayers == 0 || VisionAdapterWidth > 0, "vision_adapter_width is below 1");
        Check(Frames > 0, $"frames {Frames} is below 1");
        Check(Enum.IsDefined(Temporal), $"temporal {Temporal} is not a mode of this version");
        Check(Temporal != TemporalMode.PerFrame || VisionAdapterLayers == 0, "a per-frame network has no adapters in its vision branch");
        Check(EmbedDim > 1 && EmbedDim % 2 == 0, $"embed_dim {EmbedDim} is not even");
        Check(
            TextHeads > 0 && TextWidth > 0 && TextWidth % TextHeads == 0,
            $"text_heads {TextHeads} does not divide text_width {TextWidth}");
        Check(TextStackLayers > 0, $"text_layers {TextLayers} leaves no block for the text encoder");
        Check(
            TextAdapterLayers >= 0 && TextAdapterLayers <= TextLayers,
            $"text_adapter_layers {TextAdapterLayers} is not within 0…{TextLayers}");
        Check(TextAdapterLayers == 0 || TextAdapterWidth > 0, "text_adapter_width is below 1");
        Check(ContextLength >= 3, $"context_length {ContextLength} is below 3");
        Check(VocabSize > 0, $"vocab_size {VocabSize} is below 1");
        Check(NumClasses >= 0 && MlmVocabSize >= 0, "num_classes or mlm_vocab_size is below 0");
        return problems;
    }
}
