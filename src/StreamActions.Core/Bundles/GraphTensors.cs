// The contract between the exporter and every program that runs a bundle's graphs (docs/model.md §8).
namespace StreamActions.Core.Bundles;

/// <summary>Names of the inputs and outputs of a bundle's graphs.</summary>
public static class GraphTensors
{
    /// <summary>Input of the window graph: uint8 RGB [B, T, S, S, 3]. Input of stream and pool graphs: uint8 RGB [B, S, S, 3].</summary>
    public const string Frames = "frames";

    /// <summary>Input of a stream graph with differences between frames: float [B], 1 for a stream's first frame, else 0.</summary>
    public const string First = "first";

    /// <summary>Input of the pool graph: the rows that each stream reads and writes, int64 [B, columns of the layout].</summary>
    public const string Rows = "rows";

    /// <summary>
    /// Input of a reuse graph: int64 [n], the rows of the tokens to encode, in ascending order. Row 0, the class token, is always one of
    /// them. The other tokens keep what they had when they were encoded last.
    /// </summary>
    public const string TokenRows = "token_rows";

    /// <summary>Input of the text graph: int64 [N, context length].</summary>
    public const string Tokens = "tokens";

    /// <summary>Output of all graphs: float [B or N, D], each row of unit length.</summary>
    public const string Embedding = "embedding";

    /// <summary>Output of the video graphs when the model has classes: float [B, K].</summary>
    public const string ClassLogits = "class_logits";

    /// <summary>
    /// Input of the stream graph: a state's value <paramref name="lag"/> frames ago, float [B, shape]. The output with the state's own name
    /// is its value for this frame.
    /// </summary>
    public static string Past(string state, int lag) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{state}.{lag}");

    /// <summary>
    /// Input of the pool graph: a state's pool, [rows, shape]. The output with the state's own name is the same pool after this frame; the
    /// host binds both to one buffer.
    /// </summary>
    public static string Pool(string state) => $"{state}.pool";
}
