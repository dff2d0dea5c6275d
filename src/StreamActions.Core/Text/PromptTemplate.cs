// How a phrase becomes the sentence that the text encoder was trained on.
namespace StreamActions.Core.Text;

/// <summary>A sentence with one <c>{}</c> for the phrase, such as <c>A video of {}</c> (docs/model.md §4).</summary>
public sealed record PromptTemplate
{
    private const string Place = "{}";
    private readonly string _text;

    /// <summary>Takes the template's text.</summary>
    /// <exception cref="FormatException">The text does not hold exactly one <c>{}</c>.</exception>
    public PromptTemplate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var first = text.IndexOf(Place, StringComparison.Ordinal);
        if (first < 0 || text.IndexOf(Place, first + Place.Length, StringComparison.Ordinal) >= 0)
            throw new FormatException($"a prompt template needs exactly one {Place} for the phrase, and '{text}' does not have it");
        _text = text;
    }

    /// <summary>The sentence for one phrase.</summary>
    public string Apply(string phrase) => _text.Replace(Place, phrase, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
