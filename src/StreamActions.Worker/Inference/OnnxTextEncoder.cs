// Runs the text graph of a bundle in ONNX Runtime: phrases in, embeddings out.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Embeds phrases on one CPU thread. It has a session and a lock of its own, so that embedding new phrases never holds up the video graph.
/// </summary>
internal sealed class OnnxTextEncoder : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ModelManifest _manifest;
    private readonly ClipTokenizer _tokenizer;
    private readonly PromptTemplate _template;
    private readonly Lock _running = new();
    private bool _disposed;

    /// <summary>Takes over the session.</summary>
    /// <exception cref="FormatException">The bundle's tokenizer cannot be read.</exception>
    public OnnxTextEncoder(ModelBundle bundle, InferenceSession session)
    {
        (_manifest, _session) = (bundle.Manifest, session);
        _tokenizer = ClipTokenizer.Load(bundle.PathOf(ModelBundle.Vocabulary), bundle.PathOf(ModelBundle.Merges));
        _template = new(_manifest.PromptTemplate);
    }

    /// <summary>Embeds phrases: one unit vector [D] per phrase.</summary>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> phrases)
    {
        if (phrases.Count == 0)
            return [];
        long[] ids = [.. phrases.SelectMany(p => _tokenizer.Encode(_template.Apply(p), _manifest.ContextLength))];
        using var running = _running.EnterScope();
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var input = OrtValue.CreateTensorValueFromMemory(ids, [phrases.Count, _manifest.ContextLength]);
        using var outputs = _session.Run(_run, [GraphTensors.Tokens], [input], [GraphTensors.Embedding]);
        return [.. outputs[0].GetTensorDataAsSpan<float>().ToArray().Chunk(_manifest.EmbeddingWidth)];
    }

    /// <summary>Words of a phrase that were not in the training data; empty when the bundle does not list its words.</summary>
    public IReadOnlyList<string> UnknownWords(string phrase) => _manifest.ClosedVocabulary
        ? [.. _tokenizer.UnknownWords(phrase).Except(_manifest.LearntWords ?? [], StringComparer.Ordinal)]
        : [];

    /// <summary>True when a phrase in its prompt has more tokens than the model reads.</summary>
    public bool IsCut(string phrase) => _tokenizer.Length(_template.Apply(phrase)) > _manifest.ContextLength;

    /// <summary>Ends a run that is under way, waits for it, and frees everything.</summary>
    public void Dispose()
    {
        if (!_disposed)
            _run.Terminate = true;
        using var running = _running.EnterScope();
        if (_disposed)
            return;
        _disposed = true;
        _run.Dispose();
        _session.Dispose();
    }
}
