// The same forward pass in libtorch reproduces the published reference values.
using StreamActions.Trainer.Network;
using static TorchSharp.torch;

namespace StreamActions.Model.Tests;

public sealed class TorchGoldenTests
{
    private static readonly Dictionary<string, float[]> Outputs = Run();

    [Theory]
    [InlineData("frame_embeddings")]
    [InlineData("video_embedding")]
    [InlineData("class_logits")]
    [InlineData("text_hidden")]
    [InlineData("text_embedding")]
    [InlineData("mlm_logits")]
    public void Forward_ReferenceInputs_MatchesPublishedValues(string name) =>
        Assert.InRange(GoldenReference.Difference(name, Outputs[name]), 0, GoldenReference.Bound);

    [Fact]
    public void Forward_SimilarityOfVideoAndText_MatchesPublishedLogits()
    {
        var scale = Math.Exp(GoldenReference.Weights["logit_scale"].Values[0]);
        var logits = Similarity.Logits(Outputs["video_embedding"], Outputs["text_embedding"], GoldenReference.Config.EmbedDim, scale);
        Assert.InRange(GoldenReference.Difference("logits_per_video", logits), 0, GoldenReference.Bound);
    }

    private static Dictionary<string, float[]> Run()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var parameters = TorchParameters.Load(GoldenReference.Config, GoldenReference.Weights, "golden");
        var network = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, GoldenReference.Config);
        var vision = network.Vision.Forward(TorchParameters.FromData(GoldenReference.Video()));
        var (shape, ids) = GoldenReference.Tokens();
        var text = network.Text.Forward(tensor(ids).reshape(shape));
        var clips = vision.VideoEmbedding.shape[0];
        var words = network.Masked!.Forward(text.Hidden.narrow(0, 0, clips), vision.FrameEmbeddings);
        return new Dictionary<string, Tensor>
        {
            ["frame_embeddings"] = vision.FrameEmbeddings,
            ["video_embedding"] = vision.VideoEmbedding,
            ["class_logits"] = vision.ClassLogits!,
            ["text_hidden"] = text.Hidden,
            ["text_embedding"] = text.Embedding,
            ["mlm_logits"] = words,
        }.ToDictionary(p => p.Key, p => TorchParameters.ToData(p.Value).Values);
    }
}
