// The small vocabulary of the masked-language head, and the masking of captions (docs/model.md §3).
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Text;

/// <summary>Captions with some words masked.</summary>
/// <param name="Ids">Token ids [B · S].</param>
/// <param name="Targets">[B · S]: the number of the masked word, or <see cref="NotMasked"/>.</param>
internal readonly record struct MaskedCaptions(long[] Ids, long[] Targets)
{
    /// <summary>The target of a token that is not masked.</summary>
    public const long NotMasked = -100;
}

/// <summary>Words of a data set's captions, without the words of the prompt template. A word's number is its index.</summary>
internal sealed class LabelWords
{
    /// <summary>The word whose token replaces a masked word.</summary>
    public const string Mask = "mask";

    /// <summary>Share of a caption's label words to mask; at least one is masked.</summary>
    private const double MaskedShare = 0.2;

    private readonly Dictionary<string, int> _numbers;

    /// <summary>Makes a vocabulary of the words, in their order.</summary>
    public LabelWords(IReadOnlyList<string> words) =>
        (Words, _numbers) = (words, words.Index().ToDictionary(w => w.Item, w => w.Index, StringComparer.Ordinal));

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Makes a vocabulary of the most frequent words of the captions, in ordinal order.</summary>
    /// <param name="captions">Captions, before the prompt template.</param>
    /// <param name="template">The prompt template; its words are left out, because they are the same for every video.</param>
    /// <param name="most">Maximum number of words.</param>
    public static LabelWords Of(IEnumerable<string> captions, PromptTemplate template, int most = 1000)
    {
        var own = ClipTokenizer.WordsOf(template.Apply("")).ToHashSet(StringComparer.Ordinal);
        return new([.. captions.SelectMany(ClipTokenizer.WordsOf).Where(w => char.IsLetter(w[0]) && !own.Contains(w))
            .CountBy(w => w, StringComparer.Ordinal).OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal)
            .Take(most).Select(w => w.Key).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Checks that words can be masked.</summary>
    /// <exception cref="TrainerException">The vocabulary has no token for <see cref="Mask"/>.</exception>
    public static void Require(ClipTokenizer tokenizer)
    {
        if (tokenizer.Length(Mask) != 3)
            throw new TrainerException(
                $"the vocabulary has no token for '{Mask}', which the masked-language task needs; "
                + "switch the task off with '--masked 0', or start from weights whose vocabulary has the token");
    }

    /// <summary>Masks random label words of captions. One mask token replaces all tokens of a word.</summary>
    /// <exception cref="TrainerException">The vocabulary has no token for <see cref="Mask"/>.</exception>
    public MaskedCaptions MaskSome(
        IReadOnlyList<string> captions, PromptTemplate template, ClipTokenizer tokenizer, int contextLength, Random random)
    {
        Require(tokenizer);
        var mask = tokenizer.Encode(Mask, 3)[1];
        var (ids, targets) = (new long[captions.Count * contextLength], new long[captions.Count * contextLength]);
        Array.Fill(targets, MaskedCaptions.NotMasked);
        for (var i = 0; i < captions.Count; i++)
        {
            string[] words = [.. ClipTokenizer.WordsOf(template.Apply(captions[i]))];
            var chosen = Choose(words, random);
            var at = i * contextLength;
            ids[at] = tokenizer.Start;
            var count = 1;
            for (var w = 0; w < words.Length && count < contextLength - 1; w++)
            {
                if (chosen.Contains(w))
                {
                    targets[at + count] = _numbers[words[w]];
                    ids[at + count++] = mask;
                    continue;
                }
                var room = contextLength - 1 - count;
                foreach (var id in tokenizer.Encode(words[w], tokenizer.Length(words[w]))[1..^1].Take(room))
                    ids[at + count++] = id;
            }
            ids[at + count] = tokenizer.End;
        }
        return new(ids, targets);
    }

    // Indices of the words to mask: a random part of the label words, at least one if the caption has any.
    private HashSet<int> Choose(string[] words, Random random)
    {
        int[] places = [.. words.Index().Where(w => _numbers.ContainsKey(w.Item)).Select(w => w.Index)];
        random.Shuffle(places);
        return [.. places.Take((int)Math.Max(1, Math.Round(MaskedShare * places.Length)))];
    }
}
