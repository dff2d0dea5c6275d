// Cosine similarity times a scale, as a simple reference for tests.
namespace StreamActions.Model.Tests;

internal static class Similarity
{
    /// <summary>videos [B·D], texts [N·D] → [B·N].</summary>
    public static float[] Logits(float[] videos, float[] texts, int width, double scale)
    {
        var logits = new List<float>();
        foreach (var video in videos.Chunk(width))
            foreach (var text in texts.Chunk(width))
            {
                var dot = video.Zip(text, (a, b) => (double)a * b).Sum();
                logits.Add((float)(scale * dot / Math.Sqrt(video.Sum(v => (double)v * v) * text.Sum(v => (double)v * v))));
            }
        return [.. logits];
    }
}
