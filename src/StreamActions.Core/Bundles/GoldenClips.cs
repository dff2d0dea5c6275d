// Golden clips: inputs with their expected outputs, so that every machine can check a bundle before it uses it.
using System.Text.Json;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;

namespace StreamActions.Core.Bundles;

/// <summary>Golden clips and phrases of a bundle, with the outputs that libtorch computed at export.</summary>
/// <param name="Phrases">Phrases, without the prompt template.</param>
/// <param name="TextEmbeddings">One unit vector [D] a phrase.</param>
/// <param name="VideoEmbeddings">One unit vector [D] a clip.</param>
/// <param name="ClassLogits">One vector [K] a clip; empty vectors when the model has no classes.</param>
public sealed record GoldenClips(
    IReadOnlyList<string> Phrases,
    IReadOnlyList<float[]> TextEmbeddings,
    IReadOnlyList<float[]> VideoEmbeddings,
    IReadOnlyList<float[]> ClassLogits)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The clips, one after another: uint8 RGB [clips, T, H, W, 3].</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public byte[] Clips { get; init; } = [];

    /// <summary>Writes both files into a bundle folder.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "golden"));
        File.WriteAllBytes(Path.Combine(folder, ModelBundle.GoldenClipsFile), Clips);
        File.WriteAllText(Path.Combine(folder, ModelBundle.GoldenExpectedFile), JsonSerializer.Serialize(this, Json) + "\n");
    }

    /// <summary>Reads both files of an opened bundle.</summary>
    /// <exception cref="BundleException">The files do not agree with each other or with the manifest.</exception>
    public static GoldenClips Read(ModelBundle bundle)
    {
        var path = bundle.PathOf(ModelBundle.GoldenExpectedFile);
        GoldenClips golden;
        try
        {
            golden = JsonSerializer.Deserialize<GoldenClips>(TextFile.Read(path), Json) ?? throw new JsonException("empty");
        }
        catch (Exception e) when (e is JsonException or TextEncodingException)
        {
            throw new BundleException($"{path}: not readable ({e.Message}); export the model again", e);
        }
        golden = golden with { Clips = File.ReadAllBytes(bundle.PathOf(ModelBundle.GoldenClipsFile)) };
        ClipSpec clip = bundle.Manifest.Clip;
        var width = bundle.Manifest.EmbeddingWidth;
        if (golden.VideoEmbeddings.Count < 1 || golden.Clips.Length != golden.VideoEmbeddings.Count * clip.ClipBytes
            || golden.ClassLogits.Count != golden.VideoEmbeddings.Count
            || golden.Phrases.Count < 1 || golden.Phrases.Count != golden.TextEmbeddings.Count
            || golden.VideoEmbeddings.Concat(golden.TextEmbeddings).Any(e => e.Length != width)
            || golden.ClassLogits.Any(c => c.Length != bundle.Manifest.Labels.Count))
            throw new BundleException($"{path}: the golden clips do not have the manifest's shapes; export the model again");
        return golden;
    }

    /// <summary>Largest absolute difference between two sets of outputs.</summary>
    /// <returns>At least 0; infinite when the sizes differ or a number is not finite.</returns>
    public static double Deviation(IReadOnlyList<float[]> actual, IReadOnlyList<float[]> expected)
    {
        if (actual.Count != expected.Count)
            return double.PositiveInfinity;
        double worst = 0;
        for (var i = 0; i < actual.Count; i++)
        {
            if (actual[i].Length != expected[i].Length)
                return double.PositiveInfinity;
            for (var j = 0; j < actual[i].Length; j++)
            {
                var difference = Math.Abs((double)actual[i][j] - expected[i][j]);
                if (!double.IsFinite(difference))
                    return double.PositiveInfinity;
                worst = Math.Max(worst, difference);
            }
        }
        return worst;
    }
}
