// Properties of the action catalogue, and parsing of action names.
namespace StreamActions.Scenes.Tests;

public sealed class ActionCatalogTests
{
    private static IReadOnlyList<ActionWords> Known { get; } = [.. ActionCatalog.All, .. ActionCatalog.More];

    [Fact]
    public void All_Actions_AreOrderedByKind()
    {
        Assert.Equal(Enum.GetValues<ActionKind>(), Known.Select(a => a.Kind));
        Assert.Equal(Enum.GetValues<ActionKind>(), Enum.GetValues<ActionKind>().Select(k => ActionCatalog.Of(k).Kind));
        Assert.Equal(Known.Count, Known.Select(a => a.Name).Distinct().Count());
    }

    [Fact]
    public void More_Actions_AreOutsideBenchmark()
    {
        Assert.Equal(17, ActionCatalog.All.Count);
        Assert.Equal(["hands_up", "crouches"], ActionCatalog.More.Select(a => a.Name));
        Assert.DoesNotContain(Compositions.Base.Concat(Compositions.Novel), c => ActionCatalog.More.Any(a => a.Kind == c.Action));
        Assert.All(Enumerable.Range(0, 2000), seed => Assert.True((int)ClipGenerator.ActionOf((ulong)seed) < 17));
    }

    [Fact]
    public void All_Phrases_AreAtLeastFivePerActionAndUnique()
    {
        Assert.All(Known, a => Assert.True(a.Phrases.Count >= 5, a.Name));
        var phrases = Known.SelectMany(a => a.Phrases).ToList();
        Assert.Equal(phrases.Count, phrases.Distinct().Count());
    }

    [Fact]
    public void Parse_UnknownAction_NamesItAndKnownActions()
    {
        Assert.Equal([ActionKind.HandsUp, ActionKind.WalksLeft], ActionCatalog.Parse("hands_up, walks_left"));
        var e = Assert.Throws<SceneException>(() => ActionCatalog.Parse("jumps,flies"));
        Assert.StartsWith(
            "--actions jumps,flies: unknown action 'flies'. Known actions: walks_left, walks_right,", e.Message, StringComparison.Ordinal);
        Assert.StartsWith("--actions ,: the list is empty. Known actions: walks_left,",
            Assert.Throws<SceneException>(() => ActionCatalog.Parse(",")).Message, StringComparison.Ordinal);
        Assert.EndsWith("hands_up, crouches", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Partner_PairedAction_IsMutual()
    {
        var paired = ActionCatalog.All.Where(a => ActionCatalog.Partner(a.Kind) is not null).ToList();
        Assert.Equal(10, paired.Count);
        Assert.All(paired, a => Assert.Equal(a.Kind, ActionCatalog.Partner(ActionCatalog.Partner(a.Kind)!.Value)));
    }
}
