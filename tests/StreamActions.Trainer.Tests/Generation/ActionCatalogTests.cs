// The catalogue holds what the rest relies on.
using StreamActions.Trainer.Generation;

namespace StreamActions.Trainer.Tests.Generation;

public sealed class ActionCatalogTests
{
    [Fact]
    public void All_Actions_StandInTheOrderOfTheirKinds()
    {
        Assert.Equal(Enum.GetValues<ActionKind>(), ActionCatalog.All.Select(a => a.Kind));
        Assert.Equal(ActionCatalog.All.Count, ActionCatalog.All.Select(a => a.Name).Distinct().Count());
    }

    [Fact]
    public void All_Phrases_AreAtLeastFiveAndBelongToOneAction()
    {
        Assert.All(ActionCatalog.All, a => Assert.True(a.Phrases.Count >= 5, a.Name));
        var phrases = ActionCatalog.All.SelectMany(a => a.Phrases).ToList();
        Assert.Equal(phrases.Count, phrases.Distinct().Count());
    }

    [Fact]
    public void Partner_OfEveryPair_IsMutual()
    {
        var paired = ActionCatalog.All.Where(a => ActionCatalog.Partner(a.Kind) is not null).ToList();
        Assert.Equal(10, paired.Count);
        Assert.All(paired, a => Assert.Equal(a.Kind, ActionCatalog.Partner(ActionCatalog.Partner(a.Kind)!.Value)));
    }
}
