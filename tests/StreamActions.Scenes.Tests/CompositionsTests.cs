// The split: fixed, every action and colour in both parts, and no novel composition in training.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes.Tests;

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
    public void GeneratedScene_PeopleBesideTheAction_ShowNoNovelComposition()
    {
        List<Composition> beside = [];
        for (var seed = 0UL; seed < 4000; seed++)
        {
            using var scene = new GeneratedScene(seed, new ClipSpec(8, 4, 8, ResizeRule.Squash), action: null, difficulty: 1, shirt: null);
            beside.AddRange(scene.Beside);
        }
        Assert.Equal(
            [ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], beside.Select(c => c.Action).Distinct().Order());
        Assert.DoesNotContain(beside, Compositions.IsNovel);
    }
}
