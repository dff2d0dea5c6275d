// The model as the worker uses it: windows or phrases in, embeddings and class logits out.
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Encodes windows and phrases. One thread can run windows while another embeds phrases; neither waits for the other.</summary>
internal interface IActionModel : IDisposable
{
    /// <summary>The bundle's manifest.</summary>
    ModelManifest Manifest { get; }

    /// <summary>SHA-256 that identifies the bundle.</summary>
    string Sha256 { get; }

    /// <summary>
    /// Runs at most as many windows as the model was opened for. The outputs are valid until the next call. One caller at a time.
    /// </summary>
    BatchOutput Run(IReadOnlyList<FrameWindow> windows);

    /// <summary>Embeds phrases: one unit vector [D] per phrase. One caller at a time.</summary>
    IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases);

    /// <summary>Words of a phrase that were not in the training data; empty when the bundle does not list its words.</summary>
    IReadOnlyList<string> UnknownWords(string phrase);

    /// <summary>True when a phrase in its prompt has more tokens than the model reads.</summary>
    bool IsCut(string phrase);
}

/// <summary>The identity of a model, as events name it.</summary>
internal sealed record ModelIdentity(string Name, string Version, string Sha256);

/// <summary>The outputs of one run, one row per window.</summary>
internal readonly struct BatchOutput(ReadOnlyMemory<float> embeddings, ReadOnlyMemory<float> logits, int width, int classes)
{
    /// <summary>Embedding of a window, [D].</summary>
    public ReadOnlyMemory<float> Embedding(int window) => embeddings.Slice(window * width, width);

    /// <summary>Class logits of a window, [K]; empty when the model has no classes.</summary>
    public ReadOnlyMemory<float> ClassLogits(int window) => logits.Slice(window * classes, classes);
}
