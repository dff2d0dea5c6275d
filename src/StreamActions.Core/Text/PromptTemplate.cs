// Puts a phrase into the sentence that the text encoder was trained on.
namespace StreamActions.Core.Text;

/// <summary>A sentence with one <c>{}</c> for the phrase, such as <c>A video of {}</c> (docs/model.md §4).</summary>
public sealed record PromptTemplate
{
    private const string Place = "{}";
    private readonly string _text;

    /// <summary>Creates a template.</summary>
    /// <exception cref="FormatException">The text does not contain exactly one <c>{}</c>.</exception>
    public PromptTemplate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var first = text.IndexOf(Place, StringComparison.Ordinal);
        if (first < 0 || text.IndexOf(Place, first + Place.Length, StringComparison.Ordinal) >= 0)
            throw new FormatException($"prompt template '{text}' must contain exactly one {Place}");
        _text = text;
    }

    /// <summary>The sentence for a phrase.</summary>
    public string Apply(string phrase) => _text.Replace(Place, phrase, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
