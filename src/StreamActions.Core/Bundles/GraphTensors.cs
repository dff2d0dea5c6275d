// The contract between the exporter and every program that runs a bundle's graphs (docs/model.md §8).
namespace StreamActions.Core.Bundles;

/// <summary>Names of the inputs and outputs of a bundle's graphs.</summary>
public static class GraphTensors
{
    /// <summary>Input of the video graph: uint8 RGB [B, T, S, S, 3].</summary>
    public const string Frames = "frames";

    /// <summary>Input of the text graph: int64 [N, context length].</summary>
    public const string Tokens = "tokens";

    /// <summary>Output of both graphs: float [B or N, D], each row of unit length.</summary>
    public const string Embedding = "embedding";

    /// <summary>Output of the video graph when the model has classes: float [B, K].</summary>
    public const string ClassLogits = "class_logits";
}
