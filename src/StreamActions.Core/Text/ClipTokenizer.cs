// CLIP's tokenizer: byte-level pair encoding over lower-cased words, between a start and an end token (docs/model.md §2, §9).
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace StreamActions.Core.Text;

/// <summary>
/// Turns texts into the ids that a text encoder takes. Its files are those of a CLIP model folder, <c>vocab.json</c> and <c>merges.txt</c>.
/// </summary>
public sealed partial class ClipTokenizer
{
    /// <summary>The first and the last token of every text.</summary>
    public const string StartToken = "<|startoftext|>", EndToken = "<|endoftext|>";

    /// <summary>The suffix of a vocabulary entry that ends a word.</summary>
    public const string EndOfWord = "</w>";

    private readonly BpeTokenizer _words;

    private ClipTokenizer(BpeTokenizer words, int start, int end, int count) => (_words, Start, End, Count) = (words, start, end, count);

    /// <summary>Id of the start token.</summary>
    public int Start { get; }

    /// <summary>Id of the end token. It is the highest id: the text encoder finds the end of a text by it.</summary>
    public int End { get; }

    /// <summary>Number of ids.</summary>
    public int Count { get; }

    /// <summary>Reads a vocabulary.</summary>
    /// <exception cref="FormatException">A file does not have CLIP's format; the message names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ClipTokenizer Load(string vocabularyPath, string mergesPath)
    {
        Dictionary<string, int> vocabulary;
        try
        {
            vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllBytes(vocabularyPath))
                ?? throw new JsonException("empty");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{vocabularyPath}: not a vocabulary ({e.Message})", e);
        }
        if (!vocabulary.TryGetValue(StartToken, out var start) || !vocabulary.TryGetValue(EndToken, out var end))
            throw new FormatException($"{vocabularyPath}: {StartToken} or {EndToken} is missing, so this is not a CLIP vocabulary");
        if (end != vocabulary.Values.Max())
            throw new FormatException($"{vocabularyPath}: {EndToken} must have the highest id");
        string[] merges = [.. TextFile.Lines(mergesPath).Where(l => l.Length > 0 && !l.StartsWith("#version", StringComparison.Ordinal))];
        try
        {
            var words = BpeTokenizer.Create(new BpeOptions(vocabulary)
            {
                Merges = merges,
                PreTokenizer = new RegexPreTokenizer(Words(), null),
                EndOfWordSuffix = EndOfWord,
                ByteLevel = true,
            });
            return new(words, start, end, vocabulary.Count);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new FormatException($"{mergesPath}: does not match {vocabularyPath} ({e.Message})", e);
        }
    }

    /// <summary>
    /// Start token, the text's tokens, end token, then zeros up to <paramref name="contextLength"/> ids. A text that is too long is cut
    /// before its end token.
    /// </summary>
    public long[] Encode(string text, int contextLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 3);
        var ids = new long[contextLength];
        ids[0] = Start;
        var count = 1;
        foreach (var id in Ids(text).Take(contextLength - 2))
            ids[count++] = id;
        ids[count] = End;
        return ids;
    }

    /// <summary>Number of ids a text needs, start and end included.</summary>
    public int Length(string text) => Ids(text).Count + 2;

    /// <summary>
    /// Words of the text that are more than one token. In a vocabulary made from training texts, these are words not in those texts.
    /// </summary>
    public IReadOnlyList<string> UnknownWords(string text) =>
        [.. Words().Matches(Clean(text)).Select(m => m.Value).Where(w => _words.EncodeToIds(w).Count > 1).Distinct(StringComparer.Ordinal)];

    /// <summary>The words of a text, lower-cased: the input of byte-pair encoding.</summary>
    public static IEnumerable<string> WordsOf(string text) => Words().Matches(Clean(text)).Select(m => m.Value);

    private IReadOnlyList<int> Ids(string text) => _words.EncodeToIds(Clean(text));

    // CLIP unescapes HTML twice, collapses white space and lower-cases. It also repairs broken encodings (ftfy): well-formed text does not
    // need that.
    private static string Clean(string text) =>
        Spaces().Replace(WebUtility.HtmlDecode(WebUtility.HtmlDecode(text)), " ").Trim().ToLowerInvariant();

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
