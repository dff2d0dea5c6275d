// Pictures for pretraining: captions are true, say no novel composition, and cover everything there is to see.
using System.Text.RegularExpressions;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes.Tests;

public sealed partial class GeneratedImageTests
{
    private static readonly ClipSpec Spec = new(1, 4, 16, ResizeRule.Squash);
    private static readonly GeneratedImage[] Images =
        [.. Enumerable.Range(0, 1500).Select(i => ImageGenerator.Generate((ulong)i, Spec, 0.5))];

    [Fact]
    public void Generate_CaptionOfAState_NamesAStateThatIsSeen() =>
        Assert.All(Images.Where(i => i.Said is not null), i => Assert.Contains(i.Said!.Value, i.States));

    [Fact]
    public void Generate_CaptionWithAColour_NamesTheShirt() =>
        Assert.All(Images.Where(i => i.Caption.Colour is not null), i => Assert.Equal(i.Shirt, i.Caption.Colour));

    [Fact]
    public void Generate_CaptionOfAnAction_NeverNamesANovelComposition()
    {
        var novel = Compositions.Novel.SelectMany(c => ActionCatalog.Of(c.Action).Phrases.Select(p => (Phrase: p, c.Shirt))).ToHashSet();
        Assert.All(Images.Where(i => i is { Said: null, Caption.Colour: not null }), i =>
            Assert.DoesNotContain((NamedByShirt().Replace(i.Caption.Text, "{who}"), i.Caption.Colour!), novel));
    }

    [GeneratedRegex(@"(a person|someone|a man|a woman|somebody) in an? \w+ shirt")]
    private static partial Regex NamedByShirt();

    [Fact]
    public void Generate_ManyImages_ShowEveryStateAndShirt()
    {
        Assert.Equal(Enum.GetValues<VisibleState>(), Images.SelectMany(i => i.States).Distinct().Order());
        Assert.Equal(SceneLook.ShirtNames.Order(), Images.Where(i => i.Shirt is not null).Select(i => i.Shirt!).Distinct().Order());
    }

    [Fact]
    public void At_MiddleOfAMovement_IsNeitherBeforeNorAfter()
    {
        Assert.Equal([VisibleState.StandsByChair, VisibleState.Stands], VisibleStates.At(ActionKind.SitsDown, 0.1));
        Assert.Empty(VisibleStates.At(ActionKind.SitsDown, 0.5));
        Assert.Equal([VisibleState.SitsOnChair], VisibleStates.At(ActionKind.SitsDown, 0.9));
        Assert.Throws<ArgumentException>(() => VisibleStates.At(ActionKind.StandsUp, 0.5));
    }
}
