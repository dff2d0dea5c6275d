// Builds a small byte-pair vocabulary from a model's training texts, in the format of CLIP's files (docs/model.md §9).
using System.Text;
using System.Text.Json;
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Text;

/// <summary>
/// Byte-pair encoding, merged until every word of the texts is one token. A word of several tokens is therefore unknown to the text
/// encoder.
/// </summary>
internal static class VocabularyBuilder
{
    /// <summary>Writes <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    public static void Write(IEnumerable<string> texts, string vocabularyPath, string mergesPath)
    {
        var merges = Merges(texts.SelectMany(ClipTokenizer.WordsOf));
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var character in ByteAlphabet.Characters)
            vocabulary.Add(character.ToString(), vocabulary.Count);
        foreach (var character in ByteAlphabet.Characters)
            vocabulary.Add(character + ClipTokenizer.EndOfWord, vocabulary.Count);
        foreach (var (left, right) in merges)
            vocabulary.TryAdd(left + right, vocabulary.Count);
        vocabulary.Add(ClipTokenizer.StartToken, vocabulary.Count);
        vocabulary.Add(ClipTokenizer.EndToken, vocabulary.Count);
        var json = JsonSerializer.Serialize(vocabulary, JsonOptions);
        File.WriteAllText(vocabularyPath, json + "\n");
        File.WriteAllText(mergesPath, "#version: 0.2\n" + string.Concat(merges.Select(m => $"{m.Left} {m.Right}\n")));
    }

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The merges in order: the most frequent pair each time, ties by ordinal order, until every word is one part.</summary>
    internal static List<(string Left, string Right)> Merges(IEnumerable<string> words)
    {
        var parts = words.CountBy(w => w, StringComparer.Ordinal)
            .OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => (Parts: Spell(w.Key), Count: w.Value)).ToList();
        List<(string, string)> merges = [];
        while (true)
        {
            var best = parts
                .SelectMany(w => w.Parts.Zip(w.Parts.Skip(1)).Select(pair => (Pair: pair, w.Count)))
                .GroupBy(p => p.Pair, p => p.Count)
                .Select(g => (Pair: g.Key, Count: g.Sum()))
                .OrderByDescending(p => p.Count).ThenBy(p => p.Pair.First, StringComparer.Ordinal)
                .ThenBy(p => p.Pair.Second, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best.Count == 0)
                return merges;
            merges.Add(best.Pair);
            foreach (var (word, _) in parts)
                Join(word, best.Pair);
        }
    }

    private static List<string> Spell(string word)
    {
        List<string> parts = [.. Encoding.UTF8.GetBytes(word).Select(b => ByteAlphabet.Characters[b].ToString())];
        parts[^1] += ClipTokenizer.EndOfWord;
        return parts;
    }

    private static void Join(List<string> word, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] == pair.Left && word[i + 1] == pair.Right)
            {
                word[i] += word[i + 1];
                word.RemoveAt(i + 1);
            }
        }
    }
}
