// Generates one picture with a caption from one seed, for contrastive pretraining (docs/model.md §9).
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A generated picture.</summary>
/// <param name="Pixels">uint8 RGB [1, S, S, 3].</param>
/// <param name="Action">The drawn action. One picture cannot separate the two actions of a time-order pair.</param>
/// <param name="States">Visible states, the most specific first; may be empty.</param>
/// <param name="Shirt">Colour of the performer's shirt; null for an action of no or two people.</param>
/// <param name="Caption">A true caption.</param>
/// <param name="Said">The state that the caption names; null if the caption names the action.</param>
internal sealed record GeneratedImage(
    byte[] Pixels, ActionKind Action, IReadOnlyList<VisibleState> States, string? Shirt, Caption Caption, VisibleState? Said);

/// <summary>Generates pictures. The same seed gives the same picture on any thread.</summary>
internal static class ImageGenerator
{
    private const double StateShare = 0.6;

    /// <summary>A picture shows one moment of a benchmark clip of this length.</summary>
    private const int Frames = 8;
    private const double SampleFps = 4;

    /// <summary>Generates the picture of a seed, with a random action.</summary>
    /// <param name="seed">Seed of all random choices.</param>
    /// <param name="spec">Size and resize rule; frame count and rate are not used.</param>
    /// <param name="difficulty">0 … 1. 1: the benchmark; 0: the simple scenes at the start of training.</param>
    public static GeneratedImage Generate(ulong seed, ClipSpec spec, double difficulty)
    {
        var drawn = ClipGenerator.ActionOf(seed);
        var shirt = ActionCatalog.Of(drawn).People == 1
            ? SceneLook.ShirtNames[new SeededRandom(~seed).Next(SceneLook.ShirtNames.Count)]
            : null;
        using var scene = new GeneratedScene(seed, spec with { Frames = Frames, SampleFps = SampleFps }, drawn, difficulty, shirt);
        // Half of the pictures show the first or last frame: visible states are clearer there than in mid-movement.
        var seconds = scene.Seconds * (scene.Random.NextDouble() is var at && scene.Random.Next(2) == 0 ? at : Math.Round(at));
        var pixels = new byte[spec.FrameBytes];
        scene.Draw(seconds, pixels);
        var states = VisibleStates.At(scene.Performed, scene.Progress(seconds));
        // Before or after a lasting action the person only stands, so the caption names that state.
        var idle = VisibleStates.Lasts(scene.Performed) && states is [VisibleState.Stands];
        var named = idle || states.Count > 0 && scene.Random.NextDouble() < StateShare
            ? states[scene.Random.Next(states.Count)]
            : (VisibleState?)null;
        return new(pixels, scene.Performed, states, scene.Shirt,
            named is { } state ? Captions.Random(state, scene.Shirt, scene.Random) : OfAction(scene), named);
    }

    // One picture fits both actions of a pair, so the caption names either. It never names a novel composition.
    private static Caption OfAction(GeneratedScene scene)
    {
        var kind = ActionCatalog.Partner(scene.Action) is { } partner && scene.Random.Next(2) == 0 ? partner : scene.Action;
        var named = scene.Shirt is { } shirt && !Compositions.IsNovel(new(kind, shirt)) ? shirt : null;
        return Captions.Random(ActionCatalog.Of(kind), named, scene.Random);
    }
}
