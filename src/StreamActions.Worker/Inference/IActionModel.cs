// The model as the worker uses it: windows or phrases in, embeddings and class logits out.
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Encodes video and phrases. One thread can embed phrases while encoders run.</summary>
internal interface IActionModel : IDisposable
{
    /// <summary>The bundle's manifest.</summary>
    ModelManifest Manifest { get; }

    /// <summary>SHA-256 that identifies the bundle.</summary>
    string Sha256 { get; }

    /// <summary>The device that was opened for video: <c>cpu</c> or <c>cuda:N</c>.</summary>
    string Device { get; }

    /// <summary>The encoder that fits the model: windowed for a bidirectional model, streaming for all others.</summary>
    IVideoEncoder Encoder(EncoderSettings settings);

    /// <summary>Embeds phrases: one unit vector [D] per phrase. One caller at a time.</summary>
    IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases);

    /// <summary>Words of a phrase that were not in the training data; empty when the bundle does not list its words.</summary>
    IReadOnlyList<string> UnknownWords(string phrase);

    /// <summary>True when a phrase in its prompt has more tokens than the model reads.</summary>
    bool IsCut(string phrase);
}

/// <summary>How an encoder takes frames and runs them.</summary>
/// <param name="Stride">New frames from one window of a view to the next; at least 1.</param>
/// <param name="MaxBatch">Most steps in one run; at least 1.</param>
/// <param name="MostWaiting">Most frames of a view that a streaming encoder lets wait; at least 1.</param>
internal sealed record EncoderSettings(int Stride, int MaxBatch, int MostWaiting);

/// <summary>A model that runs whole windows.</summary>
internal interface IWindowModel
{
    /// <summary>Opens a lane. Thread safe.</summary>
    /// <param name="maxBatch">Most windows in one run; at least 1.</param>
    IModelLane OpenLane(int maxBatch);
}

/// <summary>Runs windows in buffers of its own. One caller at a time; several lanes of a model can run at the same time.</summary>
internal interface IModelLane : IDisposable
{
    /// <summary>Runs at most as many windows as the lane was opened for. The outputs are valid until the lane's next call.</summary>
    /// <exception cref="ObjectDisposedException">The lane or its model is disposed.</exception>
    BatchOutput Run(IReadOnlyList<FrameWindow> windows);
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
