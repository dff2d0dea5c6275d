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
        var seen = Enumerable.Range(0, 3000).Select(i => source.Training(i)).Where(c => c.Attribute is not null)
            .Select(c => new Composition((ActionKind)c.Label, c.Attribute!)).ToHashSet();
        Assert.DoesNotContain(seen, Compositions.IsNovel);
        Assert.True(seen.SetEquals(Compositions.Base));
    }

    [Fact]
    public void Evaluation_NovelSet_ShowsWhatItsClassesSay()
    {
        var spec = new ClipSpec(1, 1, 8, ResizeRule.Squash);
        var set = new GeneratedClipSource(spec).Evaluation(2).Single(s => s.Name == "novel-compositions");
        Assert.Equal(Compositions.Novel.Count, set.Classes.Count);
        Assert.Equal(2 * Compositions.Novel.Count, set.Clips.Count());
        Assert.Contains("a person in a", set.Classes[0].Phrase, StringComparison.Ordinal);
        Assert.False(set.Supervised);
    }
}
