// The distinct phrases of a plan as one matrix, and the cosines of a view's phrases with an observation.
using System.Numerics.Tensors;

namespace StreamActions.Worker.Alerts;

/// <summary>A phrase with its embedding of unit length.</summary>
internal sealed record EmbeddedPhrase(string Text, float[] Embedding)
{
    /// <summary>Whether another phrase has the same text and the same embedding.</summary>
    public bool IsLike(EmbeddedPhrase other) => Text == other.Text && Embedding.AsSpan().SequenceEqual(other.Embedding);
}

/// <summary>The phrases of a plan, each once. Alerts share background phrases, so they share rows. Immutable.</summary>
internal sealed class PhraseTable
{
    private readonly EmbeddedPhrase[] _phrases;
    private readonly float[] _matrix;
    private readonly int _width;

    /// <summary>Copies the embeddings into a matrix, [N, D].</summary>
    /// <param name="phrases">Phrases with embeddings of one width.</param>
    public PhraseTable(IEnumerable<EmbeddedPhrase> phrases)
    {
        _phrases = [.. phrases];
        _width = _phrases.Length == 0 ? 0 : _phrases[0].Embedding.Length;
        _matrix = new float[_phrases.Length * _width];
        for (var row = 0; row < _phrases.Length; row++)
            _phrases[row].Embedding.CopyTo(_matrix, row * _width);
    }

    /// <summary>Number of phrases, N.</summary>
    public int Count => _phrases.Length;

    /// <summary>The phrase of a row.</summary>
    public EmbeddedPhrase this[int row] => _phrases[row];

    /// <summary>Multiplies rows of the matrix by an embedding.</summary>
    /// <param name="rows">The rows to compute.</param>
    /// <param name="embedding">Unit length, [D].</param>
    /// <param name="cosines">Receives the cosine of each of the rows at its index, [N]; the rest stays unchanged.</param>
    public void Multiply(ReadOnlySpan<int> rows, ReadOnlySpan<float> embedding, Span<float> cosines)
    {
        foreach (var row in rows)
            cosines[row] = TensorPrimitives.Dot(_matrix.AsSpan(row * _width, _width), embedding);
    }
}

/// <summary>
/// The working memory of a view's scorers. The cosines of all its phrases are computed once for each observation. Not thread safe.
/// </summary>
internal sealed class ViewScores
{
    private readonly PhraseTable? _table;
    private readonly int[] _rows;
    private readonly float[] _cosines;
    private readonly double[] _scratch;

    /// <summary>Allocates the memory.</summary>
    /// <param name="scorers">The scorers of the view's alerts, of one plan; at least one.</param>
    public ViewScores(IReadOnlyList<AlertScorer> scorers)
    {
        _table = scorers.OfType<PhraseScorer>().FirstOrDefault()?.Table;
        _rows = [.. scorers.OfType<PhraseScorer>().SelectMany(scorer => scorer.Rows).Distinct().Order()];
        _cosines = new float[_table?.Count ?? 0];
        _scratch = new double[scorers.Max(scorer => scorer.ScratchLength)];
    }

    /// <summary>Takes an observation's embedding, unit length, [D].</summary>
    public void Load(ReadOnlySpan<float> embedding) => _table?.Multiply(_rows, embedding, _cosines);

    /// <summary>Scores the loaded observation for one of the view's alerts.</summary>
    /// <param name="scorer">The alert's scorer.</param>
    /// <param name="classLogits">The observation's logits, [K].</param>
    public AlertScore Score(AlertScorer scorer, ReadOnlySpan<float> classLogits) => scorer.Score(_cosines, classLogits, _scratch);
}
