// Pictures for pretraining: captions are true, name no novel composition, and cover all states and shirt colours.
using System.Text.RegularExpressions;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes.Tests;

public sealed partial class GeneratedImageTests
{
    private static readonly ClipSpec Spec = new(1, 4, 16, ResizeRule.Squash);
    private static readonly GeneratedImage[] Images =
        [.. Enumerable.Range(0, 1500).Select(i => ImageGenerator.Generate((ulong)i, Spec, 0.5))];

    [Fact]
    public void Generate_CaptionOfState_NamesVisibleState() =>
        Assert.All(Images.Where(i => i.Said is not null), i => Assert.Contains(i.Said!.Value, i.States));

    [Fact]
    public void Generate_CaptionWithColour_NamesShirtColour() =>
        Assert.All(Images.Where(i => i.Caption.Colour is not null), i => Assert.Equal(i.Shirt, i.Caption.Colour));

    [Fact]
    public void Generate_CaptionOfAction_NamesNoNovelComposition()
    {
        var novel = Compositions.Novel.SelectMany(c => ActionCatalog.Of(c.Action).Phrases.Select(p => (Phrase: p, c.Shirt))).ToHashSet();
        Assert.All(Images.Where(i => i is { Said: null, Caption.Colour: not null }), i =>
            Assert.DoesNotContain((PersonInShirt().Replace(i.Caption.Text, "{who}"), i.Caption.Colour!), novel));
    }

    [GeneratedRegex(@"(a person|someone|a man|a woman|somebody) in an? \w+ shirt")]
    private static partial Regex PersonInShirt();

    [Fact]
    public void Generate_ManyImages_CoverAllStatesAndShirts()
    {
        Assert.Equal(Enum.GetValues<VisibleState>(), Images.SelectMany(i => i.States).Distinct().Order());
        Assert.Equal(SceneLook.ShirtNames.Order(), Images.Where(i => i.Shirt is not null).Select(i => i.Shirt!).Distinct().Order());
    }

    [Fact]
    public void At_MidMovement_ReturnsNoState()
    {
        Assert.Equal([VisibleState.StandsByChair, VisibleState.Stands], VisibleStates.At(ActionKind.SitsDown, 0.1));
        Assert.Empty(VisibleStates.At(ActionKind.SitsDown, 0.5));
        Assert.Equal([VisibleState.SitsOnChair], VisibleStates.At(ActionKind.SitsDown, 0.9));
        Assert.Throws<ArgumentException>(() => VisibleStates.At(ActionKind.StandsUp, 0.5));
    }
}
