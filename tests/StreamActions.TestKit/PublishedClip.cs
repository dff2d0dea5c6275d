// Files in the form in which CLIP is published, with random weights: for measurements of imported models.
using System.Text.Json;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Model.Weights;

namespace StreamActions.TestKit;

/// <summary>Writes a CLIP in open_clip's form: weights, configuration and tokenizer.</summary>
public static class PublishedClip
{
    /// <summary>Writes the files of a CLIP ViT-B/16.</summary>
    /// <param name="folder">Folder of the files; it is made.</param>
    /// <param name="tokenizer">
    /// Folder with CLIP's <c>vocab.json</c> and <c>merges.txt</c>; null writes a vocabulary of single letters.
    /// </param>
    public static void Write(string folder, string? tokenizer)
    {
        Directory.CreateDirectory(folder);
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        if (tokenizer is null)
        {
            WriteLetters(vocabulary, merges);
        }
        else
        {
            File.Copy(Path.Combine(tokenizer, "vocab.json"), vocabulary, overwrite: true);
            File.Copy(Path.Combine(tokenizer, "merges.txt"), merges, overwrite: true);
        }
        var config = ClipShapedWeights.VitB16(TemporalMode.PerFrame, adapters: false) with
        {
            VocabSize = ClipTokenizer.Load(vocabulary, merges).Count,
        };
        SafetensorsFile.Write(Path.Combine(folder, "open_clip_model.safetensors"), ClipShapedWeights.Of(config));
        File.WriteAllText(Path.Combine(folder, "open_clip_config.json"), """{ "model_cfg": { "embed_dim": 512, "quick_gelu": true } }""");
    }

    /// <summary>Writes a tokenizer that knows single letters.</summary>
    /// <param name="vocabulary">Path of <c>vocab.json</c>.</param>
    /// <param name="merges">Path of <c>merges.txt</c>.</param>
    public static void WriteLetters(string vocabulary, string merges)
    {
        string[] letters = [.. Enumerable.Range('a', 26).Select(c => ((char)c).ToString())];
        string[] tokens =
            [.. letters, .. letters.Select(l => l + ClipTokenizer.EndOfWord), ClipTokenizer.StartToken, ClipTokenizer.EndToken];
        File.WriteAllText(vocabulary, JsonSerializer.Serialize(tokens.Index().ToDictionary(t => t.Item, t => t.Index)));
        File.WriteAllText(merges, "#version: 0.2\n");
    }
}
