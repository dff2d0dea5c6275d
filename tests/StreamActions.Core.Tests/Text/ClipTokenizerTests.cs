// Token ids are the same as those of CLIP's own tokenizer.
using System.Text.Json;
using StreamActions.Core.Text;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Text;

public sealed class ClipTokenizerTests
{
    [Fact]
    public void Encode_ClipVocabulary_ReturnsExpectedIds()
    {
        var folder = Path.Combine(RepositoryPaths.Shared, "clip-bpe");
        Assert.SkipUnless(Directory.Exists(folder), "CLIP's vocabulary is not here");
        var tokenizer = ClipTokenizer.Load(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected_tokens.json")));
        foreach (var item in expected.RootElement.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            long[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(e => e.GetInt64())];
            var actual = tokenizer.Encode(text, 77).TakeWhile(i => i != 0);
            Assert.Equal((text, string.Join(' ', ids)), (text, string.Join(' ', actual)));
        }
    }
}
