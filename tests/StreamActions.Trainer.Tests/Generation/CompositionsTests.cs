// The split: fixed, every action and colour in both parts, and no novel composition in training.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Generation;

namespace StreamActions.Trainer.Tests.Generation;

public sealed class CompositionsTests
{
    [Fact]
    public void Novel_EveryActionOfOnePerson_LacksOneColour()
    {
        var alone = ActionCatalog.All.Where(a => a.People == 1).Select(a => a.Kind);
        Assert.Equal(alone, Compositions.Novel.Select(c => c.Action));
        Assert.Equal(SceneLook.ShirtNames.Order(), Compositions.Novel.Select(c => c.Shirt).Distinct().Order());
        Assert.Equal(13 * SceneLook.ShirtNames.Count, Compositions.Base.Count + Compositions.Novel.Count);
    }

    [Fact]
    public void Novel_TimeOrderPair_NeverLacksBothInOneColour() =>
        Assert.All(Compositions.Novel, c =>
            Assert.True(ActionCatalog.Partner(c.Action) is not { } partner || !Compositions.IsNovel(c with { Action = partner })));

    [Fact]
    public void Training_ManyClips_ShowsNoNovelComposition()
    {
        var source = new GeneratedClipSource(new ClipSpec(1, 1, 8, ResizeRule.Squash));
        var seen = Enumerable.Range(0, 3000).Select(i => source.Training(i)).Where(c => c.Attribute is not null && c.Label != TrainingClip.NoClass)
            .Select(c => new Composition((ActionKind)c.Label, c.Attribute!)).ToHashSet();
        Assert.DoesNotContain(seen, Compositions.IsNovel);
        Assert.True(seen.SetEquals(Compositions.Base));
    }

    [Fact]
    public void Training_WhoeverIsBesideTheAction_ShowsNoNovelComposition()
    {
        List<Composition> beside = [];
        for (var seed = 0UL; seed < 4000; seed++)
        {
            using var scene = new GeneratedScene(seed, new ClipSpec(8, 4, 8, ResizeRule.Squash), action: null, difficulty: 1, shirt: null);
            beside.AddRange(scene.Beside);
        }
        Assert.Equal([ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], beside.Select(c => c.Action).Distinct().Order());
        Assert.DoesNotContain(beside, Compositions.IsNovel);
    }

    [Fact]
    public void Evaluation_CompositionSets_ShowWhatTheirClassesSay()
    {
        var sets = new GeneratedClipSource(new ClipSpec(1, 1, 8, ResizeRule.Squash)).Evaluation(7).ToDictionary(s => s.Name);
        // Base and novel are asked the same question.
        Assert.Equal(sets["base-compositions"].Classes, sets["novel-compositions"].Classes);
        Assert.Equal(Compositions.All.Select(Captions.Canonical), sets["novel-compositions"].Classes.Select(c => c.Phrase));
        foreach (var (name, novel, clips) in new[] { ("base-compositions", false, Compositions.Base.Count), ("novel-compositions", true, 7 * Compositions.Novel.Count) })
        {
            var labels = sets[name].Clips.Select(c => c.Label).ToList();
            Assert.Equal(clips, labels.Count);
            Assert.All(labels, l => Assert.Equal(novel, Compositions.IsNovel(Compositions.All[l])));
        }
        Assert.Equal(Compositions.Novel.Count, sets["novel-alone"].Classes.Count);
    }
}
