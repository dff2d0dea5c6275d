// Candidate classes of a batch: untrained classes are excluded.
using CsCheck;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Losses;

public sealed class CandidateClassesTests
{
    [Fact]
    public void Of_FewClasses_ReturnsAllTrainedClasses()
    {
        Assert.Equal([0, 1, 2], new CandidateClasses(3, null).Of([2], seed: 1));
        Assert.Equal([0, 2], new CandidateClasses(4, new HashSet<int> { 1, 3 }).Of([2], seed: 1));
        Assert.False(new CandidateClasses(4, new HashSet<int> { 1, 3 }).AreAll);
    }

    [Fact]
    public void Of_ManyClasses_ReturnsBatchClassesAndRandomOthers() =>
        Gen.Select(Gen.Int[0, 99].Array[1, 30], Gen.Int).Sample((drawn, seed) =>
    {
        var candidates = new CandidateClasses(100, Enumerable.Range(0, 100).Where(label => label % 3 == 0).ToHashSet());
        int[] labels = [.. drawn.Where(label => label % 3 > 0), TrainingClip.NoClass];
        var some = candidates.Of(labels, seed, most: 8);

        Assert.Equal(Math.Max(8, labels.Distinct().Count() - 1), some.Count);
        Assert.Empty(labels.SkipLast(1).Except(some));
        Assert.All(some, label => Assert.NotEqual(0, label % 3));
        Assert.Equal(some.Distinct().Order(), some);
        Assert.Equal(some, candidates.Of(labels, seed, most: 8));
    });

    [Fact]
    public void Of_ManySteps_CoverAllClasses()
    {
        var candidates = new CandidateClasses(40, null);
        Assert.Equal(
            Enumerable.Range(0, 40), Enumerable.Range(0, 100).SelectMany(seed => candidates.Of([7], seed, most: 8)).Distinct().Order());
    }

    [Fact]
    public void Places_Labels_AreIndicesIntoCandidates()
    {
        Assert.Equal([1, TrainingClip.NoClass, 2], CandidateClasses.Places([4, TrainingClip.NoClass, 9], [2, 4, 9]));
        Assert.Throws<InvalidOperationException>(() => CandidateClasses.Places([3], [2, 4, 9]));
    }

    [Fact]
    public void VisualLoss_UntrainedClass_IsExcluded()
    {
        // First clip, class 0, scores (0, ln 3, ln 4). Over all classes: −ln(1/8) = 2.0794415; without class 2: −ln(1/4) = 1.3862944.
        // Second clip, class 2, scores (0, 9, ln 3). Over classes 0 and 2: −ln(3/4) = 0.2876821.
        // The first clip over classes 0 and 2: −ln(1/5) = 1.6094379. Mean of both: 0.94856.
        var first = tensor(new[] { 0f, MathF.Log(3), MathF.Log(4) }).reshape(1, 3);
        Assert.Equal(2.0794415, VisualLoss.Of(first, [0], new(3, null)).item<float>(), 1e-6);
        Assert.Equal(1.3862944, VisualLoss.Of(first, [0], new(3, new HashSet<int> { 2 })).item<float>(), 1e-6);
        var both = cat([first, tensor(new[] { 0f, 9f, MathF.Log(3) }).reshape(1, 3)]);
        Assert.Equal(0.94856, VisualLoss.Of(both, [0, 2], new(3, new HashSet<int> { 1 })).item<float>(), 1e-6);
        Assert.Equal(1.3862944, VisualLoss.Of(both, [0, TrainingClip.NoClass], new(3, new HashSet<int> { 2 })).item<float>(), 1e-6);
    }
}
