// The benchmark's split: which shirt colours do which actions in training, and which are kept for the test of composition.
namespace StreamActions.Scenes;

/// <summary>A performer's shirt and an action with its direction in time, such as a person in a red shirt who sits down.</summary>
internal readonly record struct Composition(ActionKind Action, string Shirt);

/// <summary>
/// Every action of one person has one shirt colour in which it is never performed in training: novel compositions, of a known colour and a
/// known action. No colour lacks both actions of a time-order pair, so that neither is told by the other's absence.
/// </summary>
internal static class Compositions
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Composition> All { get; } =
        [.. from action in ActionCatalog.All where action.People == 1 from shirt in SceneLook.ShirtNames
            select new Composition(action.Kind, shirt)];

    /// <summary>Compositions that training clips show.</summary>
    public static IReadOnlyList<Composition> Base { get; } = [.. All.Where(c => !IsNovel(c))];

    /// <summary>Compositions that no training clip shows and no caption names.</summary>
    public static IReadOnlyList<Composition> Novel { get; } = [.. All.Where(IsNovel)];

    /// <summary>True when training never shows it.</summary>
    public static bool IsNovel(Composition composition) =>
        ActionCatalog.Of(composition.Action).People == 1
        && (3 * ShirtIndex(composition.Shirt) + (int)composition.Action) % SceneLook.ShirtNames.Count == 0;

    /// <summary>
    /// The shirt of a training clip of an action: chosen by the seed among those of the base; null when nobody or two are in the picture.
    /// </summary>
    public static string? BaseShirt(ActionKind action, ulong seed) => ActionCatalog.Of(action).People != 1
        ? null
        : BaseShirt([action], seed);

    /// <summary>A shirt in which none of these actions of one person is novel, chosen by the seed.</summary>
    public static string BaseShirt(IReadOnlyCollection<ActionKind> actions, ulong seed)
    {
        // Another sequence than the clip's own, which begins with the same seed.
        var shirts = SceneLook.ShirtNames;
        var first = new SeededRandom(~seed).Next(shirts.Count);
        return Enumerable.Range(first, shirts.Count).Select(n => shirts[n % shirts.Count])
            .First(shirt => !actions.Any(a => IsNovel(new(a, shirt))));
    }

    private static int ShirtIndex(string shirt) => SceneLook.ShirtNames.Index().First(s => s.Item == shirt).Index;
}
