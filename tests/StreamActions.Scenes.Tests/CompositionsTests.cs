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

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Incidental_ManyScenes_HasNoNovelComposition(double earlierSeconds)
    {
        List<Composition> incidental = [];
        for (var seed = 0UL; seed < 4000; seed++)
        {
            using var scene = new GeneratedScene(
                seed, new ClipSpec(8, 4, 8, ResizeRule.Squash), action: null, difficulty: 1, shirt: null,
                new() { EarlierSeconds = earlierSeconds });
            incidental.AddRange(scene.Incidental);
        }
        Assert.Equal(
            [ActionKind.WalksLeft, ActionKind.WalksRight, ActionKind.StandsStill], incidental.Select(c => c.Action).Distinct().Order());
        Assert.DoesNotContain(incidental, Compositions.IsNovel);
    }

    [Fact]
    public void Incidental_EarlierFrames_IncludeSecondPersonWhoWalksInDuringThem()
    {
        int Walks(double earlierSeconds) => Enumerable.Range(0, 400).Count(seed =>
        {
            using var scene = new GeneratedScene(
                (ulong)seed, new ClipSpec(8, 4, 8, ResizeRule.Squash), ActionKind.TwoPeopleHugging, difficulty: 1, shirt: null,
                new() { EarlierSeconds = earlierSeconds });
            return scene.Incidental.Any(c => c.Action is ActionKind.WalksLeft or ActionKind.WalksRight);
        });
        // Most of these actions last from one second before the clip to one after it.
        Assert.InRange(Walks(0), 1, 200);
        Assert.Equal(400, Walks(2));
    }
}
