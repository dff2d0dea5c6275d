// The compositional split of the benchmark: pairs of action and shirt colour for training, and pairs held out for evaluation.
namespace StreamActions.Scenes;

/// <summary>An action and the performer's shirt colour, such as a person in a red shirt who sits down.</summary>
internal readonly record struct Composition(ActionKind Action, string Shirt);

/// <summary>
/// For each action of one person, training never shows one shirt colour: a novel composition of a known action and a known colour.
/// For no colour are both actions of a time-order pair novel, so a missing action does not reveal its partner.
/// </summary>
internal static class Compositions
{
    /// <summary>All compositions.</summary>
    public static IReadOnlyList<Composition> All { get; } =
        [.. from action in ActionCatalog.All where action.People == 1 from shirt in SceneLook.ShirtNames
            select new Composition(action.Kind, shirt)];

    /// <summary>Compositions in the training set.</summary>
    public static IReadOnlyList<Composition> Base { get; } = [.. All.Where(c => !IsNovel(c))];

    /// <summary>Compositions that no training clip shows and no training caption names.</summary>
    public static IReadOnlyList<Composition> Novel { get; } = [.. All.Where(IsNovel)];

    /// <summary>True if the composition is held out from training.</summary>
    public static bool IsNovel(Composition composition) =>
        ActionCatalog.Of(composition.Action).People == 1
        && (3 * ShirtIndex(composition.Shirt) + (int)composition.Action) % SceneLook.ShirtNames.Count == 0;

    /// <summary>
    /// The shirt colour of a training clip: selected by the seed from the action's base compositions.
    /// Null for an action of no or two people.
    /// </summary>
    public static string? BaseShirt(ActionKind action, ulong seed) => ActionCatalog.Of(action).People != 1
        ? null
        : BaseShirt([action], seed);

    /// <summary>A shirt colour, selected by the seed, that forms no novel composition with any of the actions.</summary>
    public static string BaseShirt(IReadOnlyCollection<ActionKind> actions, ulong seed)
    {
        // The complement of the seed: the clip's own random sequence starts from the seed itself.
        var shirts = SceneLook.ShirtNames;
        var first = new SeededRandom(~seed).Next(shirts.Count);
        return Enumerable.Range(first, shirts.Count).Select(n => shirts[n % shirts.Count])
            .First(shirt => !actions.Any(a => IsNovel(new(a, shirt))));
    }

    private static int ShirtIndex(string shirt) => SceneLook.ShirtNames.Index().First(s => s.Item == shirt).Index;
}
