// Tokens equal CLIP's own.
using System.Text.Json;
using StreamActions.Core.Text;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Text;

public sealed class ClipTokenizerTests
{
    [Fact]
    public void Encode_ClipVocabulary_EqualsExpectedIds()
    {
        var folder = Path.Combine(RepositoryPaths.Shared, "clip-bpe");
        Assert.SkipUnless(Directory.Exists(folder), "CLIP's vocabulary is not here");
        var tokenizer = ClipTokenizer.Load(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected_tokens.json")));
        foreach (var item in expected.RootElement.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            long[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(e => e.GetInt64())];
            Assert.Equal((text, string.Join(" ", ids)), (text, string.Join(" ", tokenizer.Encode(text, 77).TakeWhile(i => i != 0))));
        }
    }
}
