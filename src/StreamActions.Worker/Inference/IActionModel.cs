// The network as the worker sees it: windows in, embeddings and class logits out.
using StreamActions.Core.Bundles;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Inference;

/// <summary>A model that scores windows and phrases. One caller at a time.</summary>
internal interface IActionModel : IDisposable
{
    /// <summary>What the model is and wants.</summary>
    ModelManifest Manifest { get; }

    /// <summary>SHA-256 that identifies the bundle.</summary>
    string Sha256 { get; }

    /// <summary>Runs windows, at most the batch size it was opened for. The outputs are valid until the next call.</summary>
    BatchOutput Run(IReadOnlyList<FrameWindow> windows);

    /// <summary>Embeddings of unit length, one a phrase.</summary>
    IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases);

    /// <summary>Words of a phrase that the model never saw; empty when it cannot be told.</summary>
    IReadOnlyList<string> UnknownWords(string phrase);

    /// <summary>True when a phrase in its prompt has more tokens than the model takes.</summary>
    bool IsCut(string phrase);
}

/// <summary>The outputs of one run, a row a window.</summary>
internal readonly struct BatchOutput(ReadOnlyMemory<float> embeddings, ReadOnlyMemory<float> logits, int width, int classes)
{
    /// <summary>Embedding of a window, [D].</summary>
    public ReadOnlySpan<float> Embedding(int window) => embeddings.Span.Slice(window * width, width);

    /// <summary>Class logits of a window, [K].</summary>
    public ReadOnlySpan<float> ClassLogits(int window) => classes == 0 ? [] : logits.Span.Slice(window * classes, classes);
}
