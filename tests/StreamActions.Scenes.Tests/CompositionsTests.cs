// The compositional split: every action and colour occurs in both parts, and training shows no novel composition.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes.Tests;

public sealed class CompositionsTests
{
    [Fact]
    public void Novel_ActionOfOnePerson_HoldsOutOneColour()
    {
        var single = ActionCatalog.All.Where(a => a.People == 1).Select(a => a.Kind);
        Assert.Equal(single, Compositions.Novel.Select(c => c.Action));
        Assert.Equal(SceneLook.ShirtNames.Order(), Compositions.Novel.Select(c => c.Shirt).Distinct().Order());
        Assert.Equal(13 * SceneLook.ShirtNames.Count, Compositions.Base.Count + Compositions.Novel.Count);
    }

    [Fact]
    public void Novel_TimeOrderPair_SharesNoColour() =>
        Assert.All(Compositions.Novel, c =>
            Assert.True(ActionCatalog.Partner(c.Action) is not { } partner || !Compositions.IsNovel(c with { Action = partner })));

    [Fact]
    public void Incidental_ManyScenes_HasNoNovelComposition()
    {
        List<Composition> incidental = [];
        for (var seed = 0UL; seed < 4000; seed++)
        {
            using var scene = new GeneratedScene(seed, new ClipSpec(8, 4, 8, ResizeRule.Squash), action: null, difficulty: 1, shirt: null);
            incidental.AddRange(scene.Incidental);
        }
        Assert.Equal(
            [ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], incidental.Select(c => c.Action).Distinct().Order());
        Assert.DoesNotContain(incidental, Compositions.IsNovel);
    }
}
