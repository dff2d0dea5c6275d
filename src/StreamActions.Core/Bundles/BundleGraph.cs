// The graphs of a bundle: their form, their precision, and what an export measured of them.
using System.Text.Json.Serialization;

namespace StreamActions.Core.Bundles;

/// <summary>What a graph takes and gives (docs/model.md §8).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GraphForm>))]
public enum GraphForm
{
    /// <summary>Whole windows of T frames → embeddings and class logits.</summary>
    [JsonStringEnumMemberName("window")]
    Window,

    /// <summary>One frame of each stream and the streams' states → embeddings and class logits of the windows that end with it.</summary>
    [JsonStringEnumMemberName("stream")]
    Stream,

    /// <summary>
    /// As <see cref="Stream"/>, with the states of all streams in pools that the graph reads and
    /// writes (<see cref="PoolLayout"/>). For GPUs.
    /// </summary>
    [JsonStringEnumMemberName("pool")]
    Pool,

    /// <summary>Texts → embeddings.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>
    /// One frame of one stream, of which only some tokens are encoded: as <see cref="Stream"/>, with the rows of these tokens as a further
    /// input, and with the keys and values of all tokens as further states.
    /// </summary>
    [JsonStringEnumMemberName("reuse")]
    Reuse,
}

/// <summary>The number form of a graph's weights and products.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GraphPrecision>))]
public enum GraphPrecision
{
    /// <summary>32-bit float.</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>16-bit float, for GPUs.</summary>
    [JsonStringEnumMemberName("fp16")]
    Fp16,

    /// <summary>8-bit integers with static scales, for CPUs.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,
}

/// <summary>One graph of a bundle.</summary>
/// <param name="File">Its file, relative to the bundle's folder.</param>
/// <param name="Form">What it takes and gives.</param>
/// <param name="Precision">Its number form.</param>
public sealed record BundleGraph(string File, GraphForm Form, GraphPrecision Precision)
{
    /// <summary>How closely it must reproduce the golden clips. Null: as the manifest says for all graphs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GoldenBound? Golden { get; init; }

    /// <summary>How much it differs from the graph of the same form in fp32. Null for that graph itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GraphQuality? Quality { get; init; }
}

/// <summary>How much a graph of lower precision differs from fp32, measured on evaluation clips at export.</summary>
/// <param name="Clips">Number of evaluation clips.</param>
/// <param name="Cosine">
/// Smallest cosine between both embeddings of a clip, after the mean embedding of all clips was subtracted from both.
/// </param>
/// <param name="ExtremeCosine">Smallest cosine on all-dark and all-bright clips, without subtraction.</param>
/// <param name="Top1">Share of the clips for which both choose the same class by text, in [0, 1].</param>
public sealed record GraphQuality(int Clips, double Cosine, double ExtremeCosine, double Top1)
{
    /// <summary>Smallest cosine between both embeddings of a clip, without subtraction. Null: not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PlainCosine { get; init; }

    /// <summary>
    /// Share of the clips for which both make the same decision: the class whose probability by text reaches one half, or no class. In
    /// [0, 1]. Null: not measured.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Decisions { get; init; }

    /// <summary>Number of clips from which the activation scales were measured. Null: the graph has no such scales.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CalibrationClips { get; init; }
}
