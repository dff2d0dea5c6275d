// Extraction of label words from captions, and masking of captions.
using CsCheck;
using StreamActions.Core.Text;
using StreamActions.Trainer.Text;

namespace StreamActions.Trainer.Tests.Text;

public sealed class LabelWordsTests : IDisposable
{
    private static readonly string[] Captions = ["a person sits down", "two people fight, hard"];
    private static readonly PromptTemplate Template = new("a video of {}");
    private readonly string _folder = Directory.CreateTempSubdirectory("words-").FullName;
    private readonly ClipTokenizer _tokenizer;

    public LabelWordsTests()
    {
        var (vocabulary, merges) = (Path.Combine(_folder, "vocab.json"), Path.Combine(_folder, "merges.txt"));
        VocabularyBuilder.Write(Captions.Select(Template.Apply).Append(LabelWords.Mask), vocabulary, merges);
        _tokenizer = ClipTokenizer.Load(vocabulary, merges);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_Captions_ExcludesTemplateWordsAndPunctuation() =>
        Assert.Equal(["down", "fight", "hard", "people", "person", "sits", "two"], LabelWords.Of(Captions, Template).Words);

    [Fact]
    public void Of_MoreWordsThanLimit_KeepsMostFrequent() =>
        Assert.Equal(["b", "c"], LabelWords.Of(["b c", "c b", "c d"], new PromptTemplate("{}"), most: 2).Words);

    [Fact]
    public void MaskSome_FewLabelWords_MasksOne() => Gen.Select(Gen.Int[0, 1], Gen.Int).Sample((which, seed) =>
    {
        var words = LabelWords.Of(Captions, Template);
        var masked = words.MaskSome([Captions[which]], Template, _tokenizer, 16, new Random(seed));
        var plain = _tokenizer.Encode(Template.Apply(Captions[which]), 16);
        var mask = _tokenizer.Encode(LabelWords.Mask, 3)[1];
        int[] places = [.. Enumerable.Range(0, 16).Where(i => masked.Targets[i] != MaskedCaptions.NotMasked)];
        // A fifth of three or four label words rounds to one.
        return places.Length == 1
            && places.All(i => masked.Ids[i] == mask && _tokenizer.Encode(words.Words[(int)masked.Targets[i]], 3)[1] == plain[i])
            && Enumerable.Range(0, 16).Except(places).All(i => masked.Ids[i] == plain[i]);
    });

    [Fact]
    public void MaskSome_TenLabelWords_MasksTwo()
    {
        // A fifth of ten is two. The vocabulary encodes unknown words with at most one token per letter.
        const string ten = "one two three four five six seven eight nine ten";
        var words = LabelWords.Of([ten], Template);
        Assert.Equal(10, words.Words.Count);
        var pairs = Enumerable.Range(0, 200)
            .Select(seed => words.MaskSome([ten], Template, _tokenizer, 60, new Random(seed)).Targets)
            .Select(targets => targets.Where(t => t != MaskedCaptions.NotMasked).Order().ToArray()).ToList();
        Assert.All(pairs, pair => Assert.Equal(2, pair.Distinct().Count()));
        // Each word is masked in some caption.
        Assert.Equal(10, pairs.SelectMany(pair => pair).Distinct().Count());
    }

    [Fact]
    public void MaskSome_CaptionTooLong_IsTruncatedBeforeEndToken()
    {
        var masked = LabelWords.Of(Captions, Template).MaskSome([Captions[1]], Template, _tokenizer, 5, new Random(1));
        Assert.Equal(_tokenizer.End, masked.Ids[4]);
        Assert.Equal(_tokenizer.Start, masked.Ids[0]);
    }

    [Fact]
    public void MaskSome_MaskTokenMissing_NamesOption()
    {
        var (vocabulary, merges) = (Path.Combine(_folder, "v.json"), Path.Combine(_folder, "m.txt"));
        VocabularyBuilder.Write(Captions, vocabulary, merges);
        var other = ClipTokenizer.Load(vocabulary, merges);
        var words = LabelWords.Of(Captions, Template);
        var error = Assert.Throws<TrainerException>(() => words.MaskSome(Captions, Template, other, 16, new Random(1)));
        Assert.Contains("--masked 0", error.Message, StringComparison.Ordinal);
    }
}
