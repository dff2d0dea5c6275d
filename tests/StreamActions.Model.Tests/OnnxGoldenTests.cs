// The recorded graph reproduces the published reference values in ONNX Runtime.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Onnx;

namespace StreamActions.Model.Tests;

public sealed class OnnxGoldenTests
{
    private static readonly Dictionary<string, float[]> Outputs = Run();

    [Theory]
    [InlineData("frame_embeddings")]
    [InlineData("video_embedding")]
    [InlineData("class_logits")]
    [InlineData("text_hidden")]
    [InlineData("text_embedding")]
    [InlineData("mlm_logits")]
    public void Reference_Output_MatchesPublishedValues(string name) =>
        Assert.InRange(GoldenReference.Difference(name, Outputs[name]), 0, GoldenReference.Bound);

    [Fact]
    public void Reference_SimilarityOfVideoAndText_MatchesPublishedLogits()
    {
        var scale = Math.Exp(GoldenReference.Weights["logit_scale"].Values[0]);
        var logits = Similarity.Logits(Outputs["video_embedding"], Outputs["text_embedding"], GoldenReference.Config.EmbedDim, scale);
        Assert.InRange(GoldenReference.Difference("logits_per_video", logits), 0, GoldenReference.Bound);
    }

    private static Dictionary<string, float[]> Run()
    {
        var video = GoldenReference.Video();
        var tokens = GoldenReference.Tokens();
        using var session =
            new InferenceSession(M2ClipGraphs.Reference(GoldenReference.Config, GoldenReference.Weights, (int)video.Shape[0]));
        using var results = session.Run(
        [
            NamedOnnxValue.CreateFromTensor("video", new DenseTensor<float>(video.Values, [.. video.Shape.Select(s => (int)s)])),
            NamedOnnxValue.CreateFromTensor("tokens", new DenseTensor<long>(tokens.Values, [.. tokens.Shape.Select(s => (int)s)])),
        ]);
        return results.ToDictionary(r => r.Name, r => r.AsEnumerable<float>().ToArray());
    }
}
