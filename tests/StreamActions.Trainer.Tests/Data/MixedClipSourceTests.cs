// A mix of two sources keeps its share in every interval, keeps the other source's labels, and loses no clip.
using CsCheck;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Data;

public sealed class MixedClipSourceTests
{
    private static readonly Counting Own = new("own", new("jumps", "jumps", null), new("ducks", "ducks", 2), new("rises", "rises", 1));
    private static readonly Counting Other =
        new("other", new("sits", "sits", 1), new("stands", "stands", 0), new("jumps", "a person jumps", null));

    [Fact]
    public void Classes_OfBothSources_ListOtherThenNewClasses()
    {
        var classes = new MixedClipSource(Own, Other, 0.5).Classes;

        Assert.Equal(["sits", "stands", "jumps", "ducks", "rises"], classes.Select(c => c.Name));
        Assert.Equal([1, 0, null, 4, 3], classes.Select(c => c.Reverse));
        Assert.Equal("a person jumps", classes[2].Phrase);
    }

    [Fact]
    public void Untrained_OfBothSources_IsWhatNeitherTrains()
    {
        // Own: jumps, ducks, rises are 2, 3, 4; other: sits, stands, jumps are 0, 1, 2. A class is trained if either source trains it.
        Assert.Empty(new MixedClipSource(Own, Other, 0.5).Untrained);
        Assert.Equal([1, 3], new MixedClipSource(new Partly(Own, 0, 1), new Partly(Other, 1), 0.5).Untrained.Order());
        Assert.Equal([2], new MixedClipSource(new Partly(Own, 0), new Partly(Other, 2), 0.5).Untrained);
    }

    [Fact]
    public void Training_AnyInterval_KeepsShareAndOrder() =>
        Gen.Select(Gen.Double[0.01, 0.99], Gen.Long[0, 100_000], Gen.Int[1, 64]).Sample((share, start, count) =>
    {
        var mix = new MixedClipSource(Own, Other, share);
        var clips = Enumerable.Range(0, count).Select(n => mix.Training(start + n)).ToList();
        var (own, other) = (clips.Where(c => c.Attribute == "own").ToList(), clips.Where(c => c.Attribute == "other").ToList());

        Assert.InRange(other.Count, Math.Floor(count * share), Math.Ceiling(count * share));
        foreach (var part in (List<TrainingClip>[])[own, other])
            for (var i = 1; i < part.Count; i++)
                Assert.Equal(long.Parse(part[i - 1].Caption, null) + 1, long.Parse(part[i].Caption, null));
    });

    [Fact]
    public void Training_OwnClips_GetIndexInJointTable()
    {
        var mix = new MixedClipSource(Own, Other, 0.5);
        var clips = Enumerable.Range(0, 12).Select(n => mix.Training(n)).ToList();

        Assert.Equal([2, 3, 4], clips.Where(c => c.Attribute == "own").Select(c => c.Label).Distinct().Order());
        Assert.Equal([0, 1, 2], clips.Where(c => c.Attribute == "other").Select(c => c.Label).Distinct().Order());
        Assert.All(clips, clip => Assert.Equal(clip.Label, clip.CaptionLabel));
    }

    [Fact]
    public void Training_UnclassifiedClips_StayUnclassifiedAndMapClasses()
    {
        var clips = Enumerable.Range(0, 12).Select(n => new MixedClipSource(new Unclassified(Own), Other, 0.5).Training(n))
            .Where(c => c.Attribute == "own").ToList();

        Assert.All(clips, clip => Assert.Equal((TrainingClip.NoClass, 1003), (clip.Label, clip.CaptionLabel)));
        // The state keeps its number; the classes get their index in the joint table.
        Assert.Equal([[1003, 2], [1003, 3], [1003, 4]], clips.Select(c => c.AlsoTrue).DistinctBy(a => a[1]).OrderBy(a => a[1]));
    }

    [Fact]
    public void Evaluation_OfBothSources_HasJointAndSeparateSets()
    {
        var sets = new MixedClipSource(Own, Other, 0.5).Evaluation(1);

        Assert.Equal(["all", "own/held-out", "own/texts", "other/held-out", "other/texts"], sets.Select(s => s.Name));
        Assert.Equal([2, 3, 4, 0, 1, 2], sets[0].Clips.Select(c => c.Label));
        Assert.Equal([2, 3, 4], sets[1].Clips.Select(c => c.Label));
        Assert.Equal(5, sets[3].Classes.Count);
        Assert.Equal([0, 1, 2], sets[4].Clips.Select(c => c.Label));
        Assert.False(sets[4].Supervised);
        Assert.Single(sets[4].Classes);
    }

    [Fact]
    public void Skipped_OfBothSources_IsListed() =>
        Assert.Equal(["other", "own"], new MixedClipSource(Own, Other, 0.5).Skipped.Select(s => s.Path).Order());

    [Fact]
    public void Training_EarlierFrames_AreAskedOfBothSources()
    {
        GeneratedClipSource generated = new(new(4, 4, 16, Core.Clips.ResizeRule.Squash));
        var mix = new MixedClipSource(new Training.MovingBarSource(4, 16), generated, 0.5);
        Assert.All(Enumerable.Range(0, 4), n => Assert.Equal(6 * 16 * 16 * 3, mix.Training(n, earlier: 2).Pixels.Length));
        Assert.All(mix.Evaluation(1, earlier: 2).SelectMany(s => s.Clips), c => Assert.Equal(6 * 16 * 16 * 3, c.Views[0].Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void MixedClipSource_ShareOutOfRange_IsRefused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MixedClipSource(Own, Other, share));

    /// <summary>The same clips without a class: the caption names a visible state, and the class is also true.</summary>
    private sealed class Unclassified(IClipSource clips) : IClipSource
    {
        public IReadOnlyList<ClipClass> Classes => clips.Classes;

        public IEnumerable<string> Texts => clips.Texts;

        public TrainingClip Training(long index, int earlier = 0)
        {
            var clip = clips.Training(index, earlier);
            return clip with { Label = TrainingClip.NoClass, CaptionLabel = 1003, AlsoTrue = [1003, clip.Label] };
        }

        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) => clips.Evaluation(perClass, earlier);
    }

    /// <summary>The same clips, with some classes marked as untrained.</summary>
    private sealed class Partly(IClipSource clips, params int[] untrained) : IClipSource
    {
        public IReadOnlyList<ClipClass> Classes => clips.Classes;

        public IReadOnlySet<int> Untrained => untrained.ToHashSet();

        public IEnumerable<string> Texts => clips.Texts;

        public TrainingClip Training(long index, int earlier = 0) => clips.Training(index, earlier);

        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) => clips.Evaluation(perClass, earlier);
    }

    /// <summary>Clips whose caption is their index; the classes alternate.</summary>
    private sealed class Counting(string name, params ClipClass[] classes) : IClipSource
    {
        public IReadOnlyList<ClipClass> Classes => classes;

        public IEnumerable<string> Texts => classes.Select(c => c.Phrase);

        public IReadOnlyList<SkippedRecording> Skipped => [new(name, "broken")];

        public TrainingClip Training(long index, int earlier = 0) => new([], (int)(index % classes.Length), name, $"{index}", null);

        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) =>
        [
            new("held-out", classes, Supervised: true, classes.Select((_, label) => new HeldOutClip([[]], label))),
            new("texts", [classes[0]], Supervised: false, classes.Select((_, label) => new HeldOutClip([[]], label))),
        ];
    }
}
