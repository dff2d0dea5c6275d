// One picture with a caption from one seed, for contrastive pretraining (docs/model.md §9).
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A generated picture.</summary>
/// <param name="Pixels">uint8 RGB [1, S, S, 3].</param>
/// <param name="Action">The action it is taken from; of a time-order pair the one that is performed, since a picture cannot tell.</param>
/// <param name="States">What is to be seen, the most telling first; may be empty.</param>
/// <param name="Shirt">The performer's shirt; null when there is not just one performer.</param>
/// <param name="Caption">A caption that is true of it.</param>
/// <param name="Said">The state that the caption names; null when it names the action.</param>
internal sealed record GeneratedImage(
    byte[] Pixels, ActionKind Action, IReadOnlyList<VisibleState> States, string? Shirt, Caption Caption, VisibleState? Said);

/// <summary>Makes pictures; the same seed gives the same picture on any thread.</summary>
internal static class ImageGenerator
{
    private const double StateShare = 0.6;

    /// <summary>The time in which a picture is taken: that of a benchmark clip.</summary>
    private const int Frames = 8;
    private const double SampleFps = 4;

    /// <summary>The picture of a seed, of a given action or of a random one.</summary>
    /// <param name="seed">Decides everything that is not given.</param>
    /// <param name="spec">Size and resize rule; one frame.</param>
    /// <param name="difficulty">1 for the benchmark; down to 0 for the bare scenes that learning starts with.</param>
    public static GeneratedImage Generate(ulong seed, ClipSpec spec, double difficulty)
    {
        var drawn = ClipGenerator.ActionOf(seed);
        var shirt = ActionCatalog.Of(drawn).People == 1
            ? SceneLook.ShirtNames[new SeededRandom(~seed).Next(SceneLook.ShirtNames.Count)]
            : null;
        using var scene = new GeneratedScene(seed, spec with { Frames = Frames, SampleFps = SampleFps }, drawn, difficulty, shirt);
        // A movement's ends show more than its middle.
        var seconds = scene.Seconds * (scene.Random.NextDouble() is var at && scene.Random.Next(2) == 0 ? at : Math.Round(at));
        var pixels = new byte[spec.FrameBytes];
        scene.Draw(seconds, pixels);
        var states = VisibleStates.At(scene.Performed, scene.Progress(seconds));
        // Whoever does not do it yet, or any more, only stands there.
        var idle = VisibleStates.Lasts(scene.Performed) && states is [VisibleState.Stands];
        var said = idle || states.Count > 0 && scene.Random.NextDouble() < StateShare
            ? states[scene.Random.Next(states.Count)]
            : (VisibleState?)null;
        return new(pixels, scene.Performed, states, scene.Shirt,
            said is { } state ? Captions.Random(state, scene.Shirt, scene.Random) : OfAction(scene), said);
    }

    // Either action of a pair: what people write under a picture that does not tell. A novel composition is never named.
    private static Caption OfAction(GeneratedScene scene)
    {
        var kind = ActionCatalog.Partner(scene.Action) is { } partner && scene.Random.Next(2) == 0 ? partner : scene.Action;
        var named = scene.Shirt is { } shirt && !Compositions.IsNovel(new(kind, shirt)) ? shirt : null;
        return Captions.Random(ActionCatalog.Of(kind), named, scene.Random);
    }
}
