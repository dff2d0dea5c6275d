// Each loss against values calculated by hand.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Losses;

public sealed class LossTests
{
    // Two clips, each with its own text. The target softmax(10·[1, 0]) is (t, 1 − t) with t = 1/(1 + e⁻¹⁰) = 0.9999546021.
    // Its entropy is −t·ln t − (1 − t)·ln(1 − t) = 0.9999546021·4.539890e-5 + 4.539787e-5·10.0000454
    //   = 4.539684e-5 + 4.539807e-4 = 4.993776e-4.
    private static readonly float[] Own = [1, 0, 0, 1];

    [Fact]
    public void Contrastive_UniformLogits_IsLogTwoMinusTargetEntropy()
    {
        // All logits 0: both softmaxes are (½, ½), and the cross-entropy is ln 2 = 0.6931472 for any target.
        var loss = ContrastiveLoss.Of(zeros(2, 2), tensor(Own).reshape(2, 2)).item<float>();
        Assert.Equal(0.6931472 - 0.0004994, loss, 1e-6);
    }

    [Fact]
    public void Contrastive_LogitsEqualToTarget_IsZero() =>
        Assert.Equal(0, ContrastiveLoss.Of(eye(2) * 10, eye(2)).item<float>(), 1e-6);

    [Fact]
    public void Contrastive_OneColumnFavoured_IsMeanOfBothDirections()
    {
        // Logits [[2, 0], [2, 0]]. Rows: both softmaxes are (σ(2), σ(−2)) = (0.8807971, 0.1192029), −ln: 0.1269280 and 2.1269280.
        //   clip 0: t·0.1269280 + (1 − t)·2.1269280 = 0.1270188; clip 1: (1 − t)·0.1269280 + t·2.1269280 = 2.1268372; mean 1.1269280.
        // Columns: [2, 2] and [0, 0] both give (½, ½): ln 2 = 0.6931472.
        // Mean of both directions minus the entropy: (1.1269280 + 0.6931472)/2 − 0.0004994 = 0.9095382.
        var logits = tensor(new float[] { 2, 0, 2, 0 }).reshape(2, 2);
        Assert.Equal(0.9095382, ContrastiveLoss.Of(logits, eye(2)).item<float>(), 1e-6);
    }

    [Fact]
    public void Contrastive_SharedLabel_HasUniformTarget()
    {
        // All entries of G are 1: the target is (½, ½), its entropy ln 2, and uniform logits have loss 0.
        Assert.Equal(0, ContrastiveLoss.Of(zeros(2, 2), ones(2, 2)).item<float>(), 1e-6);
    }

    [Fact]
    public void Distillation_EmbeddingsAndLogitsDiffer_IsSumOfThreeTerms()
    {
        // Embeddings (1, 0) and (0.6, 0.8): 10·(1 − 0.6) = 4.
        // Texts (1, 0) and (0, 1), scale 2, temperature 2: logits (1, 0) against the teacher's (0.6, 0.8).
        //   Teacher: (0.4501660, 0.5498340), logarithms (−0.7981389, −0.5981389). Student: logarithms (−0.3132617, −1.3132617).
        //   KL = 0.4501660·(−0.4848772) + 0.5498340·0.7151228 = 0.1749236; ·2² = 0.6996944.
        // Class logits (0, 0) against (2, 0): the teacher's softened (0.7310586, 0.2689414) against (½, ½).
        //   KL = 0.7310586·0.3798855 + 0.2689414·(−0.6201145) = 0.1109441; ·2² = 0.4437764.
        static EncodedVideo Video(float x, float y, Tensor? classes) => new(tensor(new[] { x, y }).reshape(1, 2), classes, empty(0));
        var (zero, two) = (zeros(1, 2), tensor(new[] { 2f, 0f }).reshape(1, 2));
        float Loss(EncodedVideo student, EncodedVideo teacher) => DistillationLoss.Of(student, teacher, eye(2), tensor(2f)).item<float>();
        Assert.Equal(4.6996944, Loss(Video(1, 0, null), Video(0.6f, 0.8f, null)), 1e-5);
        Assert.Equal(5.1434708, Loss(Video(1, 0, zero), Video(0.6f, 0.8f, two)), 1e-5);
        Assert.Equal(0, Loss(Video(0.6f, 0.8f, two), Video(0.6f, 0.8f, two)), 1e-6);
    }

    [Fact]
    public void CrossModal_CorrectForm_IsCrossEntropyOfScaledCosines()
    {
        // 100·(0.03, 0.01) = (3, 1): −ln(e³/(e³ + e¹)) = ln(1 + e⁻²) = 0.1269280.
        var cosines = tensor(new[] { 0.03f, 0.01f }).reshape(1, 2);
        Assert.Equal(0.1269280, CrossModalLoss.Of(cosines, tensor(new[] { 0L }), referenceForm: false).item<float>(), 1e-6);
    }

    [Fact]
    public void CrossModal_ReferenceForm_AppliesSoftmaxTwice()
    {
        // softmax(3, 1) = (0.8807971, 0.1192029). Its cross-entropy after a second softmax is
        // ln(1 + e^(0.1192029 − 0.8807971)) = ln(1 + 0.4669210) = 0.3831657.
        var cosines = tensor(new[] { 0.03f, 0.01f }).reshape(1, 2);
        Assert.Equal(0.3831657, CrossModalLoss.Of(cosines, tensor(new[] { 0L }), referenceForm: true).item<float>(), 1e-5);
    }

    [Fact]
    public void CrossModal_ReferenceForm_HasPositiveMinimum()
    {
        // A correct clip with full confidence: scores (1, 0), −ln(e/(e + 1)) = ln(1 + e⁻¹) = 0.3132617. The correct form gives 0.
        var sure = tensor(new[] { 1f, -1f }).reshape(1, 2);
        Assert.Equal(0.3132617, CrossModalLoss.Of(sure, tensor(new[] { 0L }), referenceForm: true).item<float>(), 1e-6);
        Assert.Equal(0, CrossModalLoss.Of(sure, tensor(new[] { 0L }), referenceForm: false).item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(false, 0.1269280)]
    [InlineData(true, 0.3831657)]
    public void CrossModal_UnclassifiedClip_IsIgnored(bool referenceForm, double one)
    {
        // The first clip has the loss above. The second clip would change the mean if it counted.
        var cosines = tensor(new[] { 0.03f, 0.01f, -0.5f, 0.9f }).reshape(2, 2);
        Assert.Equal(one, CrossModalLoss.Of(cosines, tensor(new long[] { 0, TrainingClip.NoClass }), referenceForm).item<float>(), 1e-5);
    }

    [Fact]
    public void MaskedWord_UnmaskedTokens_AreIgnored()
    {
        // Two texts of three tokens, three words. Masked tokens: text 0, token 1 (word 2) and text 1, token 0 (word 0).
        //   logits (0, 0, ln 2): p = 2/4, −ln ½ = 0.6931472;  logits (ln 6, 0, 0): p = 6/8, −ln ¾ = 0.2876821;  mean 0.4904146.
        var logits = full(2, 3, 3, 7f);
        logits[0, 0, 0] = tensor(100f);   // would add a loss of 93 if it counted
        logits[0, 1] = tensor(new[] { 0f, 0f, MathF.Log(2) });
        logits[1, 0] = tensor(new[] { MathF.Log(6), 0f, 0f });
        const long no = MaskedCaptions.NotMasked;
        var targets = tensor(new[] { no, 2, no, 0, no, no });
        Assert.Equal(0.4904146, MaskedWordLoss.Of(logits, targets).item<float>(), 1e-6);
    }

    [Fact]
    public void Problems_NegativeOrAllZeroWeights_AreReported()
    {
        Assert.Empty(new LossWeights().Problems());
        Assert.Single(new LossWeights { Masked = -1 }.Problems());
        Assert.Single(new LossWeights { Contrastive = 0, CrossModal = 0, Visual = 0, Masked = 0 }.Problems());
    }
}
